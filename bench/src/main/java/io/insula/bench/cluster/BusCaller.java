package io.insula.bench.cluster;

import io.insula.bench.ChildProcess;
import io.insula.launcher.cluster.ClusterConfig;
import io.insula.launcher.cluster.Endpoint;
import io.insula.launcher.cluster.Membership;
import io.insula.launcher.cluster.NodeDescription;
import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Asks a paced engine for one token after another over the event bus, without HTTP, and tells how long each took: with an
 * engine of the same process, whose bus is local, and with one of another process. The difference is what the clustered bus
 * adds to the time to the first token.
 */
final class BusCaller {

    private static final NodeId SELF = new NodeId("caller");
    private static final int CALLS = 3000;
    private static final long PATIENCE_SECONDS = 30;

    private final Vertx vertx;
    private final NodeId engine;
    private final AtomicReference<Promise<Void>> expected = new AtomicReference<>(Promise.promise());

    private BusCaller(Vertx vertx, NodeId engine) {
        this.vertx = vertx;
        this.engine = engine;
    }

    /**
     * Says one line with the nanoseconds of all calls when it is done.
     *
     * @param arguments the cluster's members, this one's port, the number of the engine to ask
     */
    public static void main(String[] arguments) throws Exception {
        int number = Integer.parseInt(arguments[2]);
        JsonObject figures = new JsonObject().put("local", local()).put("clustered", clustered(arguments, number));
        ChildProcess.say(figures.encode());
        System.exit(0);
    }

    private static JsonArray local() throws Exception {
        Vertx vertx = Vertx.vertx();
        ProtocolCodecs.registerAll(vertx.eventBus());
        new PacedEngine(vertx, 0, 1, 1).start();
        JsonArray nanos = new BusCaller(vertx, PacedStreams.node(0)).call();
        vertx.close().await();
        return nanos;
    }

    private static JsonArray clustered(String[] arguments, int number) throws Exception {
        List<Endpoint> members =
                Arrays.stream(arguments[0].split(",", -1)).map(Endpoint::parse).toList();
        ClusterConfig cluster = new ClusterConfig(
                members, "", BenchCluster.NAME, "127.0.0.1", Integer.parseInt(arguments[1]), 0, "", Optional.empty());
        Membership membership =
                Membership.of(cluster, new NodeDescription(SELF, List.of("caller"), "bench", Instant.now(), "", ""));
        Vertx vertx = Vertx.builder()
                .with(membership.configure(new VertxOptions()))
                .withClusterManager(membership.manager())
                .buildClustered()
                .await();
        ProtocolCodecs.registerAll(vertx.eventBus());
        JsonArray nanos = new BusCaller(vertx, PacedStreams.node(number)).call();
        vertx.close().await();
        return nanos;
    }

    /** The nanoseconds until the first frames of each call, after as many calls to warm up. */
    private JsonArray call() throws Exception {
        vertx.eventBus()
                .<FrameBatch>consumer(
                        Addresses.frames(SELF, 0), frames -> expected.get().tryComplete())
                .completion()
                .await();
        JsonArray nanos = new JsonArray();
        for (int i = 0; i < 2 * CALLS; i++) {
            Promise<Void> arrival = Promise.promise();
            expected.set(arrival);
            GenerateCommand command = GenerateCommand.of(
                            new RequestId(new UUID(0x0192_0000_0000_7000L, 0x8000_0000_0000_0000L + i)),
                            PacedEngine.MODEL,
                            List.of(new ChatMessage("user", "Seven?")))
                    .frames(SELF, 0)
                    .stop(StopConditions.of(1, List.of()))
                    .build();
            long begin = System.nanoTime();
            vertx.eventBus().<Admission>request(Addresses.admit(engine), command);
            arrival.future().toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (i >= CALLS) {
                nanos.add(System.nanoTime() - begin);
            }
        }
        return nanos;
    }
}
