package io.insula.launcher;

import io.insula.inference.InferenceVerticle;
import io.insula.launcher.config.InsulaConfig;
import io.insula.protocol.Addresses;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The side of a node that runs models.
 *
 * <p><b>Thread:</b> blocks the starting thread.
 */
final class InferenceRole {

    private final NodeId node;
    private final InsulaConfig config;
    private final NodeDepartures departures;
    private final Awaiting awaiting;
    private final LifeCycle parts;

    /**
     * @param departures of other nodes
     */
    InferenceRole(NodeId node, InsulaConfig config, NodeDepartures departures, LifeCycle parts) {
        this.node = node;
        this.departures = departures;
        this.config = config;
        this.awaiting = new Awaiting(config);
        this.parts = parts;
    }

    /** Where the node listens once it has started. */
    List<String> addresses() {
        return List.of(Addresses.admit(node), Addresses.control(node), Addresses.embed(node), Addresses.API_STATUS);
    }

    /** Loads the first model and starts to take commands. */
    void start(Vertx vertx, LocalModels models, MeterRegistry registry) {
        InferenceVerticle inference =
                new InferenceVerticle(node, models.served(), config.inference(), registry, departures);
        String deployment = awaiting.await(vertx.deployVerticle(inference));
        parts.started("inference", () -> awaiting.await(vertx.undeploy(deployment)));
        parts.started("running streams", () -> awaiting.await(inference.drain(config.drainTimeout())));
    }
}
