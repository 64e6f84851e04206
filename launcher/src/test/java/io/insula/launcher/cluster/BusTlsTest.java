package io.insula.launcher.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.Addresses;
import io.insula.protocol.CancelStream;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ClientOptionsBase;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The event bus with certificates that deploy/certificates makes, and what becomes of those who have others or none. */
class BusTlsTest {

    private static final int LIMIT_SECONDS = 20;
    private static final CancelStream CANCEL = new CancelStream(new RequestId(new UUID(1, 2)), 1);

    @TempDir
    private static Path directory;

    private static List<TestNode> nodes;
    private static Vertx stranger;

    @BeforeAll
    static void start() throws Exception {
        for (String authority : List.of("ours", "theirs")) {
            certificates("authority", directory.resolve(authority).toString());
            certificates("node", directory.resolve(authority).toString(), "node-1");
        }
        nodes = TestNode.start(2, tls("ours"));
        stranger = Vertx.vertx();
    }

    @AfterAll
    static void stop() {
        stranger.close().toCompletionStage().toCompletableFuture().join();
        nodes.reversed().forEach(TestNode::close);
    }

    private static void certificates(String... arguments) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(
                List.of(Path.of("..", "deploy", "certificates").toAbsolutePath().toString()));
        command.addAll(List.of(arguments));
        Process made = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(made.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(made.waitFor()).as(said).isZero();
    }

    private static BusTls tls(String authority) {
        Path files = directory.resolve(authority);
        return new BusTls(files.resolve("node-1.crt"), files.resolve("node-1.key"), files.resolve("ca.crt"));
    }

    @Test
    void nodesOfOneAuthorityTalkToEachOther() throws Exception {
        assertThat(send()).isEqualTo(CANCEL);
    }

    private static Object send() throws Exception {
        NodeId node = new NodeId("tls-" + System.nanoTime());
        BlockingQueue<Object> arrived = new LinkedBlockingQueue<>();
        var consumer =
                nodes.get(0).vertx.eventBus().consumer(Addresses.control(node), message -> arrived.add(message.body()));
        consumer.completion().toCompletionStage().toCompletableFuture().get(LIMIT_SECONDS, TimeUnit.SECONDS);
        nodes.get(1).vertx.eventBus().send(Addresses.control(node), CANCEL);
        return arrived.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void aForeignCertificateIsRefused() throws Exception {
        NetClientOptions options = trusting("ours")
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls("theirs").certificate().toString())
                        .setKeyPath(tls("theirs").key().toString()));

        assertThat(isHeard(options)).isFalse();
    }

    @Test
    void noCertificateIsRefused() throws Exception {
        assertThat(isHeard(trusting("ours"))).isFalse();
    }

    @Test
    void aCertificateOfTheAuthorityIsTaken() throws Exception {
        NetClientOptions options = trusting("ours")
                .setKeyCertOptions(new PemKeyCertOptions()
                        .setCertPath(tls("ours").certificate().toString())
                        .setKeyPath(tls("ours").key().toString()));

        assertThat(isHeard(options)).as("else the refusals would prove nothing").isTrue();
    }

    @Test
    void clearTextIsRefused() throws Exception {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                nodes.getFirst().membership.place().busPort())) {
            socket.setSoTimeout(LIMIT_SECONDS * 1000);
            socket.getOutputStream().write(RawBus.frame(1, "", "__vertx_ping", new byte[0]));
            // A pong would be the one byte 1; TLS ends with an alert, whose first byte is 21, or with nothing.
            assertThat(socket.getInputStream().read()).isIn(21, -1);
        }
        assertThat(send()).isEqualTo(CANCEL);
    }

    private static NetClientOptions trusting(String authority) {
        NetClientOptions options = new NetClientOptions();
        ClientOptionsBase base = options.setSsl(true);
        base.setTrustAll(false)
                .setTrustOptions(new PemTrustOptions()
                        .addCertPath(tls(authority).authority().toString()));
        return options.setHostnameVerificationAlgorithm("");
    }

    /** Whether the bus answers a ping, as it does for every peer that it takes. */
    private static boolean isHeard(NetClientOptions options) throws Exception {
        CompletableFuture<Boolean> pong = new CompletableFuture<>();
        stranger.createNetClient(options)
                .connect(nodes.getFirst().membership.place().busPort(), "127.0.0.1")
                .onFailure(refused -> pong.complete(false))
                .onSuccess(socket -> ping(socket, pong));
        return pong.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private static void ping(NetSocket socket, CompletableFuture<Boolean> pong) {
        socket.exceptionHandler(refused -> pong.complete(false));
        socket.closeHandler(closed -> pong.complete(false));
        socket.handler(answer -> pong.complete(answer.length() == 1 && answer.getByte(0) == 1));
        socket.write(Buffer.buffer(RawBus.frame(1, "", "__vertx_ping", new byte[0])));
    }
}
