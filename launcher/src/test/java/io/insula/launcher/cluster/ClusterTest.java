package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.multimap.MultiMap;
import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.CancelStream;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.spi.cluster.hazelcast.impl.HazelcastRegistrationInfo;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two real nodes in one JVM, over loopback. */
class ClusterTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String SUBSCRIPTIONS = "__vertx.subs";

    private static TestNode first;
    private static TestNode second;

    @BeforeAll
    static void start() throws Exception {
        List<TestNode> nodes = TestNode.start(2, null);
        first = nodes.get(0);
        second = nodes.get(1);
    }

    @AfterAll
    static void stop() throws Exception {
        second.close();
        first.close();
    }

    private static void await(String what, BooleanSupplier happened) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!happened.getAsBoolean()) {
            if (System.nanoTime() - end > 0) {
                throw new AssertionError("not within " + LIMIT + ": " + what);
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Test
    void theNodesKnowEachOtherByWhatTheySay() {
        await("both nodes on the roster", () -> second.membership.nodes().size() == 2);
        first.vertx.eventBus().publish(Addresses.API_STATUS, new ApiStatus(first.id, 3, false, 2, 7, 2));

        await("the status of the first at the second", () -> states(second).contains("ready"));

        JsonObject node = second.roster.nodes().getJsonArray("nodes").getJsonObject(0);
        assertThat(node.getString("node")).isEqualTo(first.id.value());
        assertThat(node.getInteger("active_streams")).isEqualTo(7);
        assertThat(node.getString("address"))
                .isEqualTo("127.0.0.1:" + first.membership.place().port());
        assertThat(states(second)).contains("silent");
    }

    private static List<String> states(TestNode node) {
        List<String> states = new ArrayList<>();
        node.roster.nodes().getJsonArray("nodes").forEach(told -> states.add(((JsonObject) told).getString("state")));
        return states;
    }

    @Test
    void listensOnItsAddressAndOnNoOther() {
        for (int port : List.of(
                first.membership.place().port(), first.membership.place().busPort())) {
            assertThatThrownBy(() -> new Socket(InetAddress.ofLiteral("127.0.0.2"), port).close())
                    .isInstanceOf(ConnectException.class);
        }
    }

    @Test
    void answersMembersAlone() throws Exception {
        // CP2 is how Hazelcast's clients begin, GET how its REST does.
        for (String hello : List.of("CP2", "GET /hazelcast/health HTTP/1.1\r\n\r\n")) {
            try (Socket client = new Socket(
                    InetAddress.getLoopbackAddress(), first.membership.place().port())) {
                client.setSoTimeout((int) LIMIT.toMillis());
                client.getOutputStream().write(hello.getBytes(StandardCharsets.US_ASCII));
                // Its word for a protocol that is not spoken; a member would be told HZC.
                assertThat(new String(client.getInputStream().readNBytes(3), StandardCharsets.US_ASCII))
                        .isEqualTo("HZX");
            }
        }
    }

    @Test
    void dropsAndCountsWhatIsNotOfTheProtocol() throws Exception {
        NodeId node = new NodeId("target");
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        first.vertx
                .eventBus()
                .consumer(Addresses.control(node), message -> arrived.add(message.body()))
                .completion()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        String address = Addresses.control(node);
        CancelStream cancel = new CancelStream(new RequestId(new UUID(1, 2)), 1);
        int port = first.membership.place().busPort();
        try (RawBus bus = new RawBus(port)) {
            bus.write(RawBus.frame(RawBus.JSON_OBJECT, "", address, RawBus.text("{\"a\":1}")));
            bus.write(RawBus.frame(RawBus.STRING, "", address, RawBus.text("text")));
            bus.write(RawBus.frame(RawBus.SERIALIZABLE, "", address, RawBus.sized(serialized())));
            bus.write(RawBus.frame(RawBus.CLUSTER_SERIALIZABLE, "", address, RawBus.text("java.util.HashMap")));
            bus.write(RawBus.frame(RawBus.REPLY_EXCEPTION, "", address, new byte[16]));
            await("frames without a codec of ours", () -> first.dropped("codec") == 5);
            bus.write(RawBus.frame(RawBus.USER_CODEC, "com.example.Unknown", address, new byte[] {3}));
            bus.write(RawBus.frame(RawBus.USER_CODEC, "insula.CancelStream", address, new byte[] {99, 1, 2}));
            bus.write(RawBus.frame(RawBus.USER_CODEC, "insula.CancelStream", address, new byte[0]));
            await("malformed frames", () -> first.dropped("malformed") == 2);
            bus.write(RawBus.frame(RawBus.USER_CODEC, "insula.ApiStatus", address, apiStatus()));
            await("a misplaced frame", () -> first.dropped("misplaced") == 1);
        }
        try (RawBus bus = new RawBus(port)) {
            bus.write(new byte[] {0, 0, 0, 8, 2, 99, 1, 2, 3, 4, 5, 6});
            await("garbage", () -> first.dropped("garbage") == 1);
        }
        assertThat(arrived).isEmpty();

        second.vertx.eventBus().send(address, cancel);
        assertThat(arrived.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(cancel);
    }

    private static byte[] apiStatus() {
        return Buffer.buffer(new byte[] {1, 1, 'n', 2, 0}).getBytes();
    }

    private static byte[] serialized() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(new HashMap<>());
        }
        return bytes.toByteArray();
    }

    @Test
    void registersAgainWhatTheClusterLost() throws Exception {
        String address = Addresses.control(new NodeId("lost"));
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        second.vertx
                .eventBus()
                .consumer(address, message -> arrived.add(message.body()))
                .completion()
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        CompletableFuture<Void> gaveUp = new CompletableFuture<>();
        deployCare(first, List.of(), gaveUp);
        deployCare(second, List.of(address), gaveUp);
        MultiMap<String, HazelcastRegistrationInfo> map =
                first.membership.hazelcast().getMultiMap(SUBSCRIPTIONS);

        map.remove(address);

        await("the subscription is back", () -> map.containsKey(address));
        CancelStream cancel = new CancelStream(new RequestId(new UUID(3, 4)), 1);
        first.vertx.eventBus().send(address, cancel);
        assertThat(arrived.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(cancel);
        assertThat(second.registry.get("insula.cluster.missed.probes").counter().count())
                .isPositive();
        assertThat(gaveUp).isNotDone();
    }

    private static void deployCare(TestNode node, List<String> addresses, CompletableFuture<Void> gaveUp)
            throws Exception {
        List<String> listening = new ArrayList<>(addresses);
        listening.add(Addresses.API_STATUS);
        listening.add(Addresses.probe(node.id));
        Subscriptions subscriptions = node.membership.subscriptions();
        SelfCare care = new SelfCare(
                new SelfCare.Means(
                        node.id,
                        () -> node.membership.others(node.id),
                        () -> listening,
                        node.heard,
                        subscriptions::renew,
                        subscriptions::sweep,
                        () -> gaveUp.complete(null),
                        System::nanoTime),
                node.registry);
        node.vertx
                .deployVerticle(care)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
    }

    @Test
    void renewsWhatPeersDoNotKnowOfAndSweepsWhatTheDeadLeftBehind() {
        MultiMap<String, HazelcastRegistrationInfo> map =
                second.membership.hazelcast().getMultiMap(SUBSCRIPTIONS);
        String stale = "inference.status";
        map.put(
                stale,
                new HazelcastRegistrationInfo(
                        new io.vertx.core.spi.cluster.RegistrationInfo("a node that is gone", 1, false)));
        int before = map.get(stale).size();

        assertThat(second.membership.subscriptions().sweep())
                .as("not the oldest")
                .isZero();
        assertThat(first.membership.subscriptions().sweep()).isEqualTo(1);

        assertThat(map.get(stale)).hasSize(before - 1);
        second.membership.subscriptions().renew(Set.of(stale));
        assertThat(map.get(stale)).as("its own entry was put back").hasSize(before - 1);
    }

    @Test
    void tellsOfACrashedNodeAtOnce() throws Exception {
        TestNode third = TestNode.start(
                List.of(
                        new Endpoint("127.0.0.1", TestNode.freePorts(1).getFirst()),
                        new Endpoint("127.0.0.1", first.membership.place().port())),
                0,
                TestNode.freePorts(1).getFirst(),
                null,
                2);
        await("three nodes", () -> first.membership.nodes().size() == 3);
        assertThat(first.membership.nodes())
                .extracting(NodeDescription::engines)
                .containsExactly(List.of(), List.of(), third.engines);
        Set<NodeId> left = ConcurrentHashMap.newKeySet();
        CompletableFuture<NodeId> all = new CompletableFuture<>();
        Runnable stop = first.membership.listen(node -> {
            left.add(node);
            if (left.size() == 3) {
                all.complete(node);
            }
        });

        long crashed = System.nanoTime();
        third.crash();

        all.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(left)
                .as("it, and its inference nodes")
                .containsExactlyInAnyOrder(third.id, third.engines.getFirst(), third.engines.getLast());
        // The aim is 1 s, and a third of that is usual; the bound leaves room for a busy machine.
        assertThat(Duration.ofNanos(System.nanoTime() - crashed)).isLessThan(Duration.ofSeconds(3));
        stop.run();
        assertThat(first.membership.others(first.id)).containsExactly(second.id);
    }
}
