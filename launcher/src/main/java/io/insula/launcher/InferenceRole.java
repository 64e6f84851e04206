package io.insula.launcher;

import io.insula.inference.InferenceVerticle;
import io.insula.launcher.config.InsulaConfig;
import io.insula.protocol.Addresses;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The side of a process that runs models: an inference node for each device.
 *
 * <p><b>Thread:</b> blocks the starting thread.
 */
final class InferenceRole {

    private final NodeId process;
    private final List<EngineNode> nodes;
    private final InsulaConfig config;
    private final NodeDepartures departures;
    private final Awaiting awaiting;
    private final LifeCycle parts;

    /**
     * @param nodes at least one
     * @param departures of other nodes
     */
    InferenceRole(
            NodeId process, List<EngineNode> nodes, InsulaConfig config, NodeDepartures departures, LifeCycle parts) {
        this.process = process;
        this.nodes = nodes;
        this.departures = departures;
        this.config = config;
        this.awaiting = new Awaiting(config);
        this.parts = parts;
    }

    /** Where its nodes listen once they have started. */
    List<String> addresses() {
        return Stream.concat(nodes.stream().flatMap(EngineNode::addresses), Stream.of(Addresses.API_STATUS))
                .toList();
    }

    /** Loads the first model on each device and starts to take commands. */
    void start(Vertx vertx, LocalModels models, MeterRegistry registry) {
        List<InferenceVerticle> verticles = new ArrayList<>();
        for (EngineNode node : nodes) {
            verticles.add(new InferenceVerticle(
                    node.id(),
                    process,
                    // The processors compute embeddings, and are the same for all nodes.
                    models.served(node.place(), verticles.isEmpty()),
                    node.place().limits(config.inference()),
                    nodes.size() == 1 ? registry : labelled(registry, node),
                    departures));
        }
        Duration patience = nodes.stream()
                .map(node -> node.place().patience())
                .max(Comparator.naturalOrder())
                .orElseThrow();
        List<String> deployments = new Awaiting(config, patience).await(together(verticles, vertx::deployVerticle));
        parts.started("inference", () -> awaiting.await(together(deployments, vertx::undeploy)));
        parts.started(
                "running streams",
                () -> awaiting.await(together(verticles, verticle -> verticle.drain(config.drainTimeout()))));
    }

    /** Meters of equal names are told apart. */
    private static MeterRegistry labelled(MeterRegistry registry, EngineNode node) {
        CompositeMeterRegistry labelled = new CompositeMeterRegistry();
        labelled.config().commonTags("device", node.place().label());
        labelled.add(registry);
        return labelled;
    }

    private static <T, R> Future<List<R>> together(List<T> all, Function<T, Future<R>> action) {
        return Future.join(all.stream().map(action).toList()).map(done -> done.list());
    }
}
