package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.support.ApiFixture;
import io.insula.api.support.OpenAiSchemas;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.CancelStream;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.store.UsageEntry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ChatCompletionsIT {

    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = ApiFixture.withDefaults();
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
    }

    @Test
    void answersAWholeCompletionOverAnUpgradedConnection() throws Exception {
        HttpResponse<String> response = send(api.post(ApiFixture.tenantPath("/chat/completions"), api.chat(false)));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        JsonObject body = OpenAiSchemas.valid("CreateChatCompletionResponse", response.body());
        assertThat(body.getString("model")).isEqualTo(api.config.id().toString());
        JsonObject choice = body.getJsonArray("choices").getJsonObject(0);
        assertThat(choice.getJsonObject("message").getString("content")).isEqualTo("Hello world");
        assertThat(choice.getString("finish_reason")).isEqualTo("stop");
        assertThat(body.getJsonObject("usage").getInteger("total_tokens")).isEqualTo(9);
        assertThat(body.getJsonObject("usage")
                        .getJsonObject("prompt_tokens_details")
                        .getInteger("cached_tokens"))
                .isEqualTo(2);
    }

    @Test
    void streamsExactlyOpenAisChunks() throws Exception {
        String body = api.chat(true)
                .replace("\"stream\":true", "\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        HttpResponse<String> response = send(api.post("/v1/chat/completions", body));

        assertThat(response.headers().firstValue("content-type")).hasValue("text/event-stream");
        assertThat(response.headers().firstValue("cache-control")).hasValue("no-cache");
        assertThat(response.headers().firstValue("x-accel-buffering")).hasValue("no");
        List<String> events = Stream.of(response.body().split("\n\n")).toList();
        assertThat(events).allMatch(event -> event.startsWith("data: "));
        assertThat(events.getLast()).isEqualTo("data: [DONE]");
        List<JsonObject> chunks = events.subList(0, events.size() - 1).stream()
                .map(event -> OpenAiSchemas.valid("CreateChatCompletionStreamResponse", event.substring(6)))
                .toList();
        assertThat(chunks.getFirst().getJsonArray("choices").getJsonObject(0).getJsonObject("delta"))
                .isEqualTo(new JsonObject().put("role", "assistant").put("content", ""));
        StringBuilder text = new StringBuilder();
        for (JsonObject chunk : chunks.subList(1, chunks.size() - 2)) {
            JsonObject choice = chunk.getJsonArray("choices").getJsonObject(0);
            text.append(choice.getJsonObject("delta").getString("content"));
            assertThat(choice.containsKey("finish_reason")).isTrue();
            assertThat(choice.getValue("finish_reason")).isNull();
            assertThat(chunk.containsKey("usage")).isTrue();
            assertThat(chunk.getValue("usage")).isNull();
        }
        assertThat(text).hasToString("Hello world");
        JsonObject finish =
                chunks.get(chunks.size() - 2).getJsonArray("choices").getJsonObject(0);
        assertThat(finish.getJsonObject("delta")).isEmpty();
        assertThat(finish.getString("finish_reason")).isEqualTo("stop");
        assertThat(chunks.getLast().getJsonArray("choices")).isEqualTo(new JsonArray());
        assertThat(chunks.getLast().getJsonObject("usage").getInteger("completion_tokens"))
                .isEqualTo(2);
        assertThat(chunks)
                .extracting(chunk -> chunk.getString("id"))
                .containsOnly(chunks.getFirst().getString("id"));
    }

    @Test
    void textCanNeverForgeAnEvent() throws Exception {
        String forged = "a\n\ndata: [DONE]\n\nevent: x\r\n\u2028\u2029\u0085\u0000\"\\ \uD83D\uDE00";
        api.node.script(ScriptedNode.answer(forged));

        String body = send(api.post("/v1/chat/completions", api.chat(true))).body();

        List<String> events = body.lines().filter(line -> !line.isEmpty()).toList();
        assertThat(events).allMatch(event -> event.startsWith("data: ")).hasSize(4);
        assertThat(new JsonObject(events.get(1).substring(6))
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("delta")
                        .getString("content"))
                .isEqualTo(forged);
    }

    @Test
    void theConfigsPromptComesFirstAndTheRequestsValuesWin() throws Exception {
        var config = api.store.config(ApiFixture.TENANT, "tuned", "Be brief.", 0.3, 0.8, 50);
        send(api.post("/v1/chat/completions", """
                {"model":"tuned","temperature":0.7,"max_tokens":5,"max_completion_tokens":9,"seed":-3,"stop":["x"],
                 "messages":[{"role":"developer","content":"Be kind."},
                             {"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}"""));

        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.config()).isEqualTo(config.id());
        assertThat(command.tenant()).isEqualTo(ApiFixture.TENANT);
        assertThat(command.messages())
                .containsExactly(new ChatMessage("system", "Be brief.\n\nBe kind."), new ChatMessage("user", "a\nb"));
        assertThat(command.sampling().temperature()).isEqualTo(0.7);
        assertThat(command.sampling().topP()).isEqualTo(0.8);
        assertThat(command.sampling().seed()).isEqualTo(-3);
        assertThat(command.stop().maxTokens()).isEqualTo(9);
        assertThat(command.stop().strings()).containsExactly("x");
    }

    @Test
    void everyAdmittedRequestLeavesOneUsageRow() throws Exception {
        HttpResponse<String> response = send(api.post("/v1/chat/completions", api.chat(false)));

        UsageEntry entry = api.ledger.poll(5, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(response.headers().firstValue("x-request-id"))
                .hasValue(entry.request().toString());
        assertThat(entry.finish()).isEqualTo("stop");
        assertThat(entry.promptTokens()).isEqualTo(7);
        assertThat(entry.completionTokens()).isEqualTo(2);
        assertThat(entry.cachedTokens()).isEqualTo(2);
        assertThat(entry.attempts()).isEqualTo(1);
        assertThat(api.ledger).isEmpty();
    }

    @Test
    void cancelsGenerationWithin200MillisecondsWhenTheClientLeavesAStream() throws Exception {
        assertThat(quickest(this::leaveAStream)).isLessThan(Duration.ofMillis(200));
    }

    @Test
    void cancelsGenerationWithin200MillisecondsWhenTheClientLeavesBeforeAWholeAnswer() throws Exception {
        assertThat(quickest(this::leaveBeforeAWholeAnswer)).isLessThan(Duration.ofMillis(200));
    }

    /** The best of five: a pause of a busy machine is no fault of the server's, a wait of its own would show each time. */
    private static Duration quickest(Callable<Duration> leaving) throws Exception {
        Duration best = leaving.call();
        for (int i = 1; i < 5; i++) {
            Duration next = leaving.call();
            best = next.compareTo(best) < 0 ? next : best;
        }
        return best;
    }

    private Duration leaveAStream() throws Exception {
        api.node.script(ScriptedNode.stall("some", " text"));
        HttpResponse<Stream<String>> response =
                api.client.send(api.post("/v1/chat/completions", api.chat(true)).build(), BodyHandlers.ofLines());
        Stream<String> lines = response.body();
        assertThat(lines.iterator().next()).startsWith("data: ");

        long left = System.nanoTime();
        lines.close();

        return assertCancelledSince(left);
    }

    private Duration leaveBeforeAWholeAnswer() throws Exception {
        api.node.script(ScriptedNode.stall("some", " text"));
        CompletableFuture<HttpResponse<String>> answer = api.client.sendAsync(
                api.post("/v1/chat/completions", api.chat(false)).build(), BodyHandlers.ofString());
        assertThat(api.node.commands().poll(5, TimeUnit.SECONDS)).isNotNull();

        long left = System.nanoTime();
        answer.cancel(true);

        return assertCancelledSince(left);
    }

    private Duration assertCancelledSince(long left) throws InterruptedException {
        CancelStream cancel = api.node.cancels().poll(5, TimeUnit.SECONDS);
        assertThat(cancel).isNotNull();
        Duration took = Duration.ofNanos(System.nanoTime() - left);
        UsageEntry entry = api.ledger.poll(5, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(entry.finish()).isEqualTo("cancelled");
        assertThat(entry.completionTokens()).isEqualTo(3);
        return took;
    }

    @Test
    void anEngineThatFailsBeforeAnyTextIsAnsweredWithAStatus() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.end(command, 0, Outcome.FAILED, 0));
        });

        HttpResponse<String> response = send(api.post("/v1/chat/completions", api.chat(true)));

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(OpenAiSchemas.valid("ErrorResponse", response.body())
                        .getJsonObject("error")
                        .getString("message"))
                .isEqualTo("the engine broke for a test");
    }

    @Test
    void anEngineThatFailsAfterTextEndsTheStreamWithAnErrorEvent() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.delta(command, 0, "so far"));
            node.send(command, ScriptedNode.delta(command, 2, "a frame is missing before this"));
        });

        String body = send(api.post("/v1/chat/completions", api.chat(true))).body();

        assertThat(body).contains("so far").doesNotContain("[DONE]").doesNotContain("missing before");
        String last = body.strip().substring(body.strip().lastIndexOf("data: ") + 6);
        assertThat(OpenAiSchemas.valid("ErrorResponse", last)
                        .getJsonObject("error")
                        .getString("code"))
                .isEqualTo("engine_lost");
        UsageEntry entry = api.ledger.poll(5, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(entry.finish()).isEqualTo("error");
        assertThat(entry.completionTokens()).isEqualTo(1);
    }

    @Test
    void enginesThatAreFullAreA503WithRetryAfter() throws Exception {
        api.node.script(ScriptedNode.reject(Admission.Reason.OVERLOADED, 2500));

        HttpResponse<String> response = send(api.post("/v1/chat/completions", api.chat(true)));

        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.headers().firstValue("retry-after")).hasValue("3");
        OpenAiSchemas.valid("ErrorResponse", response.body());
        assertThat(api.ledger).isEmpty();
    }

    @Test
    void aPromptThatIsTooLongIsA400WithItsCode() throws Exception {
        api.node.script(ScriptedNode.reject(Admission.Reason.CONTEXT_LENGTH_EXCEEDED, 0));

        HttpResponse<String> response = send(api.post("/v1/chat/completions", api.chat(false)));

        assertThat(response.statusCode()).isEqualTo(400);
        JsonObject error = OpenAiSchemas.valid("ErrorResponse", response.body()).getJsonObject("error");
        assertThat(error.getString("code")).isEqualTo("context_length_exceeded");
        assertThat(error.getString("param")).isEqualTo("messages");
    }

    @Test
    void anEngineThatRefusesIsFollowedByTheNext() throws Exception {
        ScriptedNode second = new ScriptedNode(api.vertx, "engine-2");
        api.node.script(ScriptedNode.reject(Admission.Reason.DRAINING, 0));
        second.script(ScriptedNode.answer("from the second"));
        for (int i = 0; i < 4; i++) {
            String body =
                    send(api.post("/v1/chat/completions", api.chat(false))).body();
            assertThat(body).contains("from the second");
        }
    }

    @Test
    void theTenantRouteSpeaksTheViewSdksNames() throws Exception {
        HttpResponse<String> response = send(api.post(ApiFixture.tenantPath("/chat/completions/"), """
                {"request":{"ModelName":"helper","Messages":[{"role":"user","content":"Hi"}],"Temperature":0.5,
                 "TopP":0.9,"MaxTokens":11,"Stream":false}}"""));

        assertThat(response.statusCode()).isEqualTo(200);
        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.sampling().temperature()).isEqualTo(0.5);
        assertThat(command.stop().maxTokens()).isEqualTo(11);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return api.client.send(request.build(), BodyHandlers.ofString());
    }
}
