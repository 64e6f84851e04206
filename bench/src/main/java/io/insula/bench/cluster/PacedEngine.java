package io.insula.bench.cluster;

import io.insula.bench.ChildProcess;
import io.insula.launcher.cluster.ClusterConfig;
import io.insula.launcher.cluster.Endpoint;
import io.insula.launcher.cluster.Membership;
import io.insula.launcher.cluster.NodeDescription;
import io.insula.launcher.cluster.ProbeHelp;
import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.Message;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An inference node at a settable speed, which says its streams' frames in steps and computes nothing. */
final class PacedEngine {

    static final ModelName MODEL = new ModelName("paced");

    /** One step lasts so long; a stream has one delta in each turn of several steps. */
    static final int TICK_MILLIS = 20;

    private static final int SLOTS = 20_000;
    private static final int CONTEXT = 1 << 20;

    private final Vertx vertx;
    private final NodeId node;
    private final PacedStreams streams;

    PacedEngine(Vertx vertx, int number, int ticksPerTurn, int tokensPerDelta) {
        this.vertx = vertx;
        this.node = PacedStreams.node(number);
        this.streams = new PacedStreams(ticksPerTurn, tokensPerDelta);
    }

    /**
     * Serves until its standard input ends.
     *
     * @param arguments the cluster's members, this one's port, its number, steps a turn, tokens a delta
     */
    public static void main(String[] arguments) throws Exception {
        List<Endpoint> members =
                Arrays.stream(arguments[0].split(",", -1)).map(Endpoint::parse).toList();
        int port = Integer.parseInt(arguments[1]);
        int number = Integer.parseInt(arguments[2]);
        ClusterConfig cluster =
                new ClusterConfig(members, "", BenchCluster.NAME, "127.0.0.1", port, 0, "", Optional.empty());
        NodeDescription node =
                new NodeDescription(PacedStreams.node(number), List.of("inference"), "bench", Instant.now(), "", "");
        Membership membership = Membership.of(cluster, node);
        Vertx vertx = Vertx.builder()
                .with(membership.configure(new VertxOptions()))
                .withClusterManager(membership.manager())
                .buildClustered()
                .await();
        ProtocolCodecs.registerAll(vertx.eventBus());
        ProbeHelp.offer(vertx, PacedStreams.node(number)).await();
        new PacedEngine(vertx, number, Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4])).start();
        ChildProcess.ready(port);
        vertx.close().await();
        System.exit(0);
    }

    void start() {
        vertx.eventBus().<GenerateCommand>consumer(Addresses.admit(node), this::admit);
        vertx.eventBus()
                .<CancelStream>consumer(
                        Addresses.control(node),
                        message -> streams.cancel(message.body().request()));
        publish();
        vertx.setPeriodic(Leases.PERIOD.toMillis(), timer -> publish());
        vertx.setPeriodic(TICK_MILLIS, timer -> streams.step().forEach(this::send));
    }

    private void admit(Message<GenerateCommand> message) {
        message.reply(new Admission.Accepted(1));
        send(message.body().framesAddress(), streams.admit(message.body()));
    }

    private void send(String address, List<StreamFrame> frames) {
        vertx.eventBus().send(address, new FrameBatch(node, frames));
    }

    private void publish() {
        ModelStatus model = new ModelStatus(MODEL, "paced", CONTEXT, SLOTS, SLOTS - streams.running(), 0, 0, 0);
        vertx.eventBus()
                .publish(
                        Addresses.INFERENCE_STATUS,
                        new EngineStatus(node, ProtocolCodecs.VERSION, false, List.of(model)));
    }
}
