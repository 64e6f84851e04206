package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.store.UsageEntry;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.SocketException;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as it comes over a socket: reuse, malformed and hostile requests, slow readers. */
class ConnectionsIT {

    private static final int SMALL_BUFFER = 4096;

    private static ApiFixture api;

    @BeforeAll
    static void start() throws Exception {
        api = ApiFixture.withDefaults();
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    @Test
    void oneConnectionServesAStreamARefusalAndAnotherStream() throws IOException {
        api.node.script(ScriptedNode.answer("Hello"));
        try (RawClient client = new RawClient(api.port)) {
            for (int i = 0; i < 3; i++) {
                String stream = client.send(request("/v1/chat/completions", ApiFixture.KEY, api.chat(true)))
                        .readUntil("0\r\n\r\n");
                assertThat(stream).startsWith("HTTP/1.1 200").contains("data: [DONE]");
                String refusal = client.send(request("/v1/chat/completions", "no-such-key", api.chat(true)))
                        .readUntil("}}");
                assertThat(refusal).startsWith("HTTP/1.1 401").doesNotContain("close");
            }
        }
    }

    @Test
    void aStrangerCannotMakeTheServerKeepABody() throws IOException {
        try (RawClient client = new RawClient(api.port)) {
            String answer = client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{")
                    .readUntil("}}");

            assertThat(answer).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void a100ContinueIsSaidOnlyToWhoMayGoOn() throws IOException {
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Expect: 100-continue\r\nContent-Length: ";
        try (RawClient client = new RawClient(api.port)) {
            assertThat(client.send(head + "5\r\n\r\n").readUntil("}}")).startsWith("HTTP/1.1 401");
        }
        try (RawClient client = new RawClient(api.port)) {
            String body = api.chat(false);
            assertThat(client.send(head + body.length() + "\r\nAuthorization: Bearer " + ApiFixture.KEY + "\r\n\r\n")
                            .readUntil("\r\n\r\n"))
                    .startsWith("HTTP/1.1 100");
            api.node.script(ScriptedNode.answer("Hello"));
            assertThat(client.send(body).readUntil("}}}")).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GARBAGE\r\n\r\n",
                "GET /v1/models HTTP/9.9\r\nHost: x\r\n\r\n",
                "GET /v1/models HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void whatIsNotHttpIsRefusedAndTheEndOfTheConnection(String request) throws IOException {
        try (RawClient client = new RawClient(api.port)) {
            String answer = client.send(request).readAll();

            assertThat(answer).matches("(?s)HTTP/\\d.\\d (400|501) .*");
            assertThat(answer.split("HTTP/", -1)).as("one answer only").hasSize(2);
            assertThat(answer).doesNotContain("Exception");
        }
    }

    @Test
    void aHeadThatIsTooLargeIsRefused() throws IOException {
        try (RawClient client = new RawClient(api.port)) {
            String answer = client.send(
                            "GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Large: " + "y".repeat(20_000) + "\r\n\r\n")
                    .readUntil("\r\n");
            assertThat(answer).contains(" 431 ");
        }
        try (RawClient client = new RawClient(api.port)) {
            String answer = client.send("GET /" + "y".repeat(20_000) + " HTTP/1.1\r\nHost: x\r\n\r\n")
                    .readUntil("\r\n");
            assertThat(answer).contains(" 414 ");
        }
    }

    @Test
    void aLongPrefillIsKeptAliveByCommentsThoughTheEngineSaysNothing() throws Exception {
        try (ApiFixture eager =
                new ApiFixture(timeouts(Duration.ofMillis(20), Duration.ofSeconds(30)), DispatchConfig.DEFAULT)) {
            eager.node.script(ScriptedNode.stall());
            try (RawClient client = new RawClient(eager.port)) {
                String head = client.send(request("/v1/chat/completions", ApiFixture.KEY, eager.chat(true)))
                        .readUntil(": keep-alive\n\n");
                assertThat(head).contains("HTTP/1.1 200", "text/event-stream").doesNotContain("data:");
                GenerateCommand command = eager.node.commands().poll(5, TimeUnit.SECONDS);
                assertThat(command).isNotNull();
                eager.node.send(command, ScriptedNode.delta(command, 0, "at last"));
                assertThat(client.readUntil("at last")).contains("\"role\":\"assistant\"");
            }
        }
    }

    @Test
    void aBodyThatDoesNotComeIsA408AndTheEndOfTheConnection() throws Exception {
        try (ApiFixture strict = new ApiFixture(impatient(), DispatchConfig.DEFAULT);
                RawClient client = new RawClient(strict.port)) {
            String answer = client.send(
                            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + ApiFixture.KEY
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                    .readAll();

            assertThat(answer).startsWith("HTTP/1.1 408").containsIgnoringCase("connection: close");
        }
    }

    @Test
    void aRefusedBodyIsNotWaitedForLonger() throws Exception {
        try (ApiFixture strict = new ApiFixture(impatient(), DispatchConfig.DEFAULT);
                RawClient client = new RawClient(strict.port)) {
            String answer = client.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
                            + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
                    .readAll();

            assertThat(answer).startsWith("HTTP/1.1 401");
        }
    }

    @Test
    void aStrangerCannotUpgradeIntoAnEndlessBody() throws Exception {
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        try (ApiFixture strict = new ApiFixture(impatient(), DispatchConfig.DEFAULT);
                RawClient client = new RawClient(strict.port)) {
            client.send(String.join(
                    "\r\n",
                    "POST /v1/chat/completions HTTP/1.1",
                    "Host: localhost",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAAQAAP__",
                    "Transfer-Encoding: chunked",
                    "",
                    ""));
            long begin = System.nanoTime();

            assertThatThrownBy(() -> {
                        while (System.nanoTime() - begin
                                < Duration.ofSeconds(10).toNanos()) {
                            client.send(chunk);
                        }
                    })
                    .as("cut off, though bytes never stop to come")
                    .isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aStoppingServerLetsRunningAnswersEnd() throws Exception {
        try (ApiFixture stopping = ApiFixture.withDefaults();
                RawClient client = new RawClient(stopping.port)) {
            stopping.node.script(ScriptedNode.stall("begun"));
            client.send(request("/v1/chat/completions", ApiFixture.KEY, stopping.chat(true)))
                    .readUntil("begun");
            GenerateCommand command = stopping.node.commands().poll(5, TimeUnit.SECONDS);
            assertThat(command).isNotNull();

            Future<Void> stopped = stopping.vertx.undeploy(
                    stopping.vertx.deploymentIDs().iterator().next());
            Awaiting.until(() -> isRefused(stopping.port));
            stopping.node.send(
                    command,
                    ScriptedNode.delta(command, 1, " and ended"),
                    ScriptedNode.finish(command, 2, FinishReason.STOP),
                    ScriptedNode.end(command, 3, Outcome.COMPLETED, 2));

            assertThat(client.readAll()).contains(" and ended", "data: [DONE]");
            stopped.await(10, TimeUnit.SECONDS);
        }
    }

    private static boolean isRefused(int port) {
        try (RawClient client = new RawClient(port)) {
            return client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .readUntil("\r\n")
                    .isEmpty();
        } catch (IOException refused) {
            return true;
        }
    }

    /** The answer is larger than all buffers of the kernel together, so that a rest must stay with the server. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReaderThatTakesNothingIsGivenUp(boolean whileGenerating) throws Exception {
        try (ApiFixture strict = new ApiFixture(
                        timeouts(Duration.ofSeconds(15), Duration.ofMillis(200)), DispatchConfig.DEFAULT);
                RawClient client = new RawClient(strict.port, SMALL_BUFFER)) {
            String[] parts = Collections.nCopies(16, "x".repeat(1 << 20)).toArray(String[]::new);
            strict.node.script(whileGenerating ? ScriptedNode.stall(parts) : ScriptedNode.answer(parts));

            client.send(request("/v1/chat/completions", ApiFixture.KEY, strict.chat(true)));

            UsageEntry entry = strict.ledger.poll(20, TimeUnit.SECONDS);
            assertThat(entry).isNotNull();
            assertThat(entry.finish()).isEqualTo(whileGenerating ? "cancelled" : "stop");
            assertThat(strict.node.cancels()).hasSize(whileGenerating ? 1 : 0);
            Awaiting.until(() -> slowReaders(strict) == 1);
            assertThatThrownBy(client::readAll).as("a reset connection").isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aReaderOfAWholeAnswerThatTakesNothingIsGivenUp() throws Exception {
        try (ApiFixture strict = new ApiFixture(
                        timeouts(Duration.ofSeconds(15), Duration.ofMillis(200)), DispatchConfig.DEFAULT);
                RawClient client = new RawClient(strict.port, SMALL_BUFFER)) {
            strict.node.script(ScriptedNode.answer("x".repeat(16 << 20)));

            client.send(request("/v1/chat/completions", ApiFixture.KEY, strict.chat(false)));

            assertThat(strict.ledger.poll(20, TimeUnit.SECONDS)).isNotNull();
            Awaiting.until(() -> slowReaders(strict) == 1);
            assertThatThrownBy(client::readAll).as("a reset connection").isInstanceOf(SocketException.class);
        }
    }

    @Test
    void aSlowReaderGetsTheWholeTextInFewerEvents() throws Exception {
        try (ApiFixture patient = new ApiFixture(
                        timeouts(Duration.ofSeconds(15), Duration.ofSeconds(30)), DispatchConfig.DEFAULT);
                RawClient client = new RawClient(patient.port, SMALL_BUFFER)) {
            int parts = 20_000;
            String part = "\uD83D\uDE00".repeat(256);
            String[] texts = Collections.nCopies(parts, part).toArray(String[]::new);
            patient.node.script(ScriptedNode.answer(texts));

            client.send(request("/v1/chat/completions", ApiFixture.KEY, patient.chat(true)));
            assertThat(patient.ledger.poll(30, TimeUnit.SECONDS))
                    .as("the engine is not held up")
                    .isNotNull();
            String answer = client.readMuchUntil("data: [DONE]\n\n");

            int events = answer.split("data: ", -1).length - 1;
            assertThat(events).isLessThan(parts / 2);
            assertThat(answer.split("\u00F0\u009F\u0098\u0080", -1).length - 1).isEqualTo(parts * 256);
            assertThat(answer).doesNotContain("\u00EF\u00BF\u00BD");
        }
    }

    private static double slowReaders(ApiFixture api) {
        return api.meters.get("insula.api.readers.slow").counter().count();
    }

    private static HttpConfig impatient() {
        return HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0).withBodyTimeout(Duration.ofMillis(200));
    }

    private static HttpConfig timeouts(Duration keepAlive, Duration slowReader) {
        return HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0).withStreamTimeouts(keepAlive, slowReader);
    }

    private static String request(String path, String key, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
