package io.insula.launcher.cluster;

import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A real node of a cluster in the JVM of a test, as the program puts one together but without roles. */
final class TestNode implements AutoCloseable {

    private static final AtomicInteger NUMBER = new AtomicInteger();

    final NodeId id = new NodeId("test-" + NUMBER.incrementAndGet());
    final Membership membership;
    final Vertx vertx;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final HeardProbes heard = new HeardProbes(System::nanoTime);
    final Roster roster;
    private boolean closed;

    /** Inference nodes of its process that have names of their own. */
    final List<NodeId> engines;

    private TestNode(ClusterConfig config, int devices) throws Exception {
        engines = IntStream.range(0, devices)
                .mapToObj(device -> new NodeId(id + "-gpu" + device))
                .toList();
        membership =
                Membership.of(config, new NodeDescription(id, List.of("api"), "0.0.0", Instant.now(), "", "", engines));
        vertx = Vertx.builder()
                .with(membership.configure(new VertxOptions()))
                .withClusterManager(membership.manager())
                .buildClustered()
                .toCompletionStage()
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        ProtocolCodecs.registerAll(vertx.eventBus());
        BusGate.install(vertx, registry, heard::arrived);
        membership.watch();
        roster = new Roster(id, membership::nodes, System::nanoTime, Clock.systemUTC());
        vertx.deployVerticle(roster).toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    /** Starts so many nodes that find each other. */
    static List<TestNode> start(int count, @Nullable BusTls tls) throws Exception {
        List<Endpoint> members = freePorts(2 * count).stream()
                .map(port -> new Endpoint("127.0.0.1", port))
                .toList();
        List<TestNode> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(start(members.subList(0, count), i, members.get(count + i).port(), tls));
        }
        return nodes;
    }

    static TestNode start(List<Endpoint> members, int index, int busPort, @Nullable BusTls tls) throws Exception {
        return start(members, index, busPort, tls, 0);
    }

    static TestNode start(List<Endpoint> members, int index, int busPort, @Nullable BusTls tls, int devices)
            throws Exception {
        return new TestNode(
                new ClusterConfig(
                        members,
                        "",
                        "test",
                        "127.0.0.1",
                        members.get(index).port(),
                        busPort,
                        "",
                        Optional.ofNullable(tls)),
                devices);
    }

    static List<Integer> freePorts(int count) {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            for (ServerSocket socket : sockets) {
                try {
                    socket.close();
                } catch (IOException e) {
                    // Nothing was sent over it.
                }
            }
        }
    }

    double dropped(String fault) {
        return registry.get("insula.bus.dropped").tag("fault", fault).counter().count();
    }

    /** Ends as a killed process does: without a word to the others. */
    void crash() {
        closed = true;
        membership.hazelcast().getLifecycleService().terminate();
    }

    @Override
    public void close() {
        if (!closed) {
            vertx.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .orTimeout(30, TimeUnit.SECONDS)
                    .join();
        }
    }
}
