package io.insula.launcher;

import io.insula.inference.InferenceVerticle;
import io.insula.inference.ServedModels;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The side of a process that runs models: an inference node for each device.
 *
 * <p><b>Thread:</b> blocks the starting thread.
 */
final class InferenceRole {

    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(InferenceRole.class);

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

    /**
     * Loads the first model on each device and starts to take commands. A device that does not start while others do is left without
     * a model, which it is asked for again when a command comes.
     */
    void start(Vertx vertx, LocalModels models, MeterRegistry registry) {
        List<MeterRegistry> meters = nodes.stream()
                .map(node -> nodes.size() == 1 ? registry : labelled(registry, node))
                .toList();
        List<InferenceVerticle> verticles = new ArrayList<>();
        for (EngineNode node : nodes) {
            // The processors compute embeddings, and are the same for all nodes.
            ServedModels served = models.served(node.place(), verticles.isEmpty());
            verticles.add(verticle(node, served, meters.get(verticles.size())));
        }
        Duration patience = nodes.stream()
                .map(node -> node.place().patience())
                .max(Comparator.naturalOrder())
                .orElseThrow();
        List<Future<String>> started =
                verticles.stream().map(vertx::deployVerticle).toList();
        Future<?> all = Future.join(started);
        boolean none = new Awaiting(config, patience)
                .await(all.transform(
                        done -> Future.succeededFuture(started.stream().noneMatch(Future::succeeded))));
        if (none) {
            awaiting.await(all);
        }
        List<String> deployments = new ArrayList<>();
        for (int i = 0; i < started.size(); i++) {
            if (started.get(i).failed()) {
                LOG.error(
                        "{} begins without its model, the others go on: {}",
                        nodes.get(i).place().label(),
                        started.get(i).cause().getMessage());
                meters.get(i).clear();
                ServedModels later = models.served(nodes.get(i).place(), i == 0).onDemand();
                verticles.set(i, verticle(nodes.get(i), later, meters.get(i)));
                deployments.add(awaiting.await(vertx.deployVerticle(verticles.get(i))));
            } else {
                deployments.add(started.get(i).result());
            }
        }
        long looking = vertx.setPeriodic(LOOK.toMillis(), look -> {
            for (int i = 0; i < verticles.size(); i++) {
                nodes.get(i).place().hangs(verticles.get(i).hopeless());
            }
        });
        parts.started("looks at devices", () -> vertx.cancelTimer(looking));
        parts.started("inference", () -> awaiting.await(together(deployments, vertx::undeploy)));
        parts.started(
                "running streams",
                () -> awaiting.await(together(verticles, verticle -> verticle.drain(config.drainTimeout()))));
    }

    private InferenceVerticle verticle(EngineNode node, ServedModels models, MeterRegistry registry) {
        return new InferenceVerticle(
                node.id(), process, models, node.place().limits(config.inference()), registry, departures);
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
