package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.StreamProgress;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP as it comes over a socket: reuse, malformed and hostile requests, slow readers. */
class ConnectionsIT {

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
    void aLongPrefillIsKeptAliveByComments() throws Exception {
        HttpConfig config = HttpConfig.DEFAULT
                .listeningOn("127.0.0.1", 0)
                .withStreamTimeouts(Duration.ofMillis(1), Duration.ofSeconds(30));
        try (ApiFixture eager = new ApiFixture(config, DispatchConfig.DEFAULT)) {
            eager.node.script((node, command, reply) -> {
                reply.reply(new Admission.Accepted(7));
                eager.vertx.setPeriodic(20, timer -> {
                    node.send(command, new StreamProgress(command.request(), 0, 1));
                });
            });
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

    private static String request(String path, String key, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }
}
