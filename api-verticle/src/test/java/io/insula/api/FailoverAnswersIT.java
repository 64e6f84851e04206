package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.dispatch.FailoverConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.OpenAiSchemas;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TokenIds;
import io.insula.store.UsageEntry;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What clients see of an engine that is lost in the middle of their answer. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FailoverAnswersIT {

    private static final Duration RESUME_WAIT = Duration.ofSeconds(2);

    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = new ApiFixture(
                HttpConfig.DEFAULT
                        .listeningOn("127.0.0.1", 0)
                        .withStreamTimeouts(Duration.ofMillis(300), Duration.ofSeconds(30)),
                DispatchConfig.DEFAULT.withFailover(new FailoverConfig(
                        FailoverConfig.Unequal.APPROXIMATE, RESUME_WAIT, 3, 16, Duration.ofMillis(50))));
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void anEqualEngineGoesOnAndTheClientNoticesNothing() throws Exception {
        leavesInTheMiddle(new ScriptedNode(api.vertx, "engine-2", "fingerprint-1"));
        List<JsonObject> chunks = chunks(send(api.chat(true)).body());

        assertThat(text(chunks)).isEqualTo("Hello world");
        assertThat(chunks)
                .extracting(chunk -> chunk.getString("system_fingerprint"))
                .containsOnly(chunks.getFirst().getString("system_fingerprint"));
        UsageEntry entry = api.ledger.poll(5, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(entry.attempts()).isEqualTo(2);
        assertThat(entry.completionTokens()).isEqualTo(2);
        assertThat(api.ledger.poll(300, TimeUnit.MILLISECONDS)).as("one row").isNull();
    }

    @Test
    void anUnequalEngineMarksWhatItSays() throws Exception {
        leavesInTheMiddle(new ScriptedNode(api.vertx, "engine-2", "fingerprint-1:other"));
        List<JsonObject> chunks = chunks(send(api.chat(true)).body());

        assertThat(text(chunks)).isEqualTo("Hello world");
        String first = chunks.getFirst().getString("system_fingerprint");
        assertThat(first).matches("fp_[0-9a-f]{8}");
        assertThat(chunks.getLast().getString("system_fingerprint"))
                .startsWith(first + "+")
                .matches("fp_[0-9a-f]{8}\\+[0-9a-f]{8}");
    }

    @Test
    void aWholeAnswerIsMarkedToo() throws Exception {
        leavesInTheMiddle(new ScriptedNode(api.vertx, "engine-2", "fingerprint-1:other"));
        JsonObject whole = OpenAiSchemas.valid(
                "CreateChatCompletionResponse", send(api.chat(false)).body());
        assertThat(whole.getString("system_fingerprint")).matches("fp_[0-9a-f]{8}\\+[0-9a-f]{8}");
        assertThat(whole.getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("message")
                        .getString("content"))
                .isEqualTo("Hello world");
    }

    @Test
    void aStreamWithoutAnyEngineIsKeptAliveAndEndsWithAnErrorEvent() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.delta(command, 0, "Hello"));
            node.publishStatus(true);
            node.close();
            node.send(command, ScriptedNode.end(command, 1, Outcome.HANDED_OVER, 1));
        });
        long began = System.nanoTime();
        try (RawClient client = new RawClient(api.port)) {
            String body = api.chat(true);
            String answer = client.send(
                            "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + ApiFixture.KEY + "\r\nContent-Type: application/json\r\nContent-Length: "
                                    + body.length() + "\r\n\r\n" + body)
                    .readUntil("engine_lost");
            assertThat(answer).contains("Hello").contains(": keep-alive").doesNotContain("[DONE]");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(RESUME_WAIT);

        HttpResponse<String> refused = send(api.chat(true));
        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("retry-after")).isPresent();
    }

    /** Whichever engine is asked first says a word and leaves; the other says the rest. */
    private void leavesInTheMiddle(ScriptedNode other) {
        ScriptedNode.Script leave = (node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(
                    command,
                    ScriptedNode.delta(command, 0, "Hello"),
                    ScriptedNode.end(command, 1, Outcome.HANDED_OVER, 1));
            node.close();
        };
        ScriptedNode.Script goOn = (node, command, reply) -> {
            assertThat(command.resumeTokens()).containsExactly(TokenIds.of(0));
            reply.reply(new Admission.Accepted(7));
            node.send(
                    command,
                    ScriptedNode.delta(command, 0, " world"),
                    ScriptedNode.finish(command, 1, FinishReason.STOP),
                    ScriptedNode.end(command, 2, Outcome.COMPLETED, 2));
        };
        for (ScriptedNode node : List.of(api.node, other)) {
            node.script((self, command, reply) -> (command.attempt() == 0 ? leave : goOn).play(self, command, reply));
        }
    }

    private HttpResponse<String> send(String body) throws Exception {
        return api.client.send(api.post("/v1/chat/completions", body).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static List<JsonObject> chunks(String body) {
        return Stream.of(body.split("\n\n"))
                .filter(event -> event.startsWith("data: {"))
                .map(event -> OpenAiSchemas.valid("CreateChatCompletionStreamResponse", event.substring(6)))
                .toList();
    }

    private static String text(List<JsonObject> chunks) {
        StringBuilder text = new StringBuilder();
        for (JsonObject chunk : chunks) {
            JsonObject delta = chunk.getJsonArray("choices").getJsonObject(0).getJsonObject("delta");
            text.append(delta.getString("content", ""));
        }
        return text.toString();
    }
}
