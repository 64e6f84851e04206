package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.support.ApiFixture;
import io.insula.api.support.OpenAiSchemas;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.LogitBias;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.Penalties;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.TokenIds;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients ask of sampling and what they get: several choices, log-probabilities, the best of many. */
class SamplingControlsIT {

    private static final String ASK = "{\"model\":\"helper\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = ApiFixture.withDefaults();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    /** Two choices interleaved, the second of which ends first; the first one's last token has no text. */
    static void twoChoices(ScriptedNode node, GenerateCommand command, Message<GenerateCommand> reply) {
        reply.reply(new Admission.Accepted(7));
        node.send(
                command,
                ScriptedNode.scored(command, 0, 0, "one", -0.25, null),
                ScriptedNode.scored(command, 1, 1, "an", -0.75, null));
        node.send(command, ScriptedNode.scored(command, 2, 1, "other", -1.0e-5, FinishReason.LENGTH));
        node.send(
                command,
                ScriptedNode.scored(command, 3, 0, "", -0.5, FinishReason.STOP),
                ScriptedNode.end(command, 4, Outcome.COMPLETED, 4));
    }

    @Test
    void everyControlReachesTheEngine() throws Exception {
        api.store.key("weighty", ApiFixture.TENANT, 2.5, false);
        String body = ASK + """
                ,"temperature":0.5,"top_p":0.25,"top_k":40,"min_p":0.125,"typical_p":0.75,"repetition_penalty":1.5,
                "frequency_penalty":-1,"presence_penalty":2,"logit_bias":{"9":-100,"3":1},"seed":11,"stop":["x"],
                "stop_token_ids":[5],"ignore_eos":true,"min_tokens":2,"max_tokens":6,"n":2,"logprobs":true,
                "top_logprobs":3,"prompt_logprobs":4}""";
        api.node.script(SamplingControlsIT::twoChoices);
        assertThat(api.client
                        .send(
                                api.post("/v1/chat/completions", body)
                                        .setHeader("Authorization", "Bearer weighty")
                                        .build(),
                                BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);

        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.sampling())
                .isEqualTo(new SamplingParameters(
                        LogitBias.of(Map.of(9, -100.0, 3, 1.0)),
                        new Penalties(1.5, -1, 2),
                        0.5,
                        40,
                        0.75,
                        0.25,
                        0.125,
                        11));
        assertThat(command.stop()).isEqualTo(new StopConditions(6, 2, List.of("x"), TokenIds.of(5), true));
        assertThat(command.output()).isEqualTo(new OutputOptions(2, 3, 4));
        assertThat(command.weight()).isEqualTo(2.5);
        assertThat(command.resumeTokens()).isEmpty();
    }

    @Test
    void everyControlReachesTheEngineFromAStreamOfATenantsRouteToo() throws Exception {
        String body = ASK + """
                ,"temperature":0.5,"top_p":0.25,"top_k":40,"min_p":0.125,"typical_p":0.75,"repetition_penalty":1.5,
                "frequency_penalty":-1,"presence_penalty":2,"logit_bias":{"9":-100,"3":1},"seed":11,"stop":["x"],
                "stop_token_ids":[5],"ignore_eos":true,"min_tokens":2,"max_tokens":6,"n":2,"logprobs":true,
                "top_logprobs":20,"stream":true}""";
        api.node.script(SamplingControlsIT::twoChoices);
        HttpResponse<String> response = api.client.send(
                api.post(ApiFixture.tenantPath("/chat/completions"), body).build(), BodyHandlers.ofString());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.sampling())
                .isEqualTo(new SamplingParameters(
                        LogitBias.of(Map.of(9, -100.0, 3, 1.0)),
                        new Penalties(1.5, -1, 2),
                        0.5,
                        40,
                        0.75,
                        0.25,
                        0.125,
                        11));
        assertThat(command.stop()).isEqualTo(new StopConditions(6, 2, List.of("x"), TokenIds.of(5), true));
        assertThat(command.output()).isEqualTo(new OutputOptions(2, 20, OutputOptions.UNSCORED));
    }

    @Test
    void severalChoicesComeInTheirOrderAndAreCountedTogether() throws Exception {
        api.node.script(SamplingControlsIT::twoChoices);

        JsonObject body = OpenAiSchemas.valid(
                "CreateChatCompletionResponse", answer(ASK + ",\"n\":2}").body());

        JsonArray choices = body.getJsonArray("choices");
        assertThat(choices).hasSize(2);
        for (int i = 0; i < 2; i++) {
            JsonObject choice = choices.getJsonObject(i);
            assertThat(choice.getInteger("index")).isEqualTo(i);
            assertThat(choice.getJsonObject("message").getString("content")).isEqualTo(i == 0 ? "one" : "another");
            assertThat(choice.getString("finish_reason")).isEqualTo(i == 0 ? "stop" : "length");
            assertThat(choice.getValue("logprobs")).isNull();
        }
        assertThat(body.getJsonObject("usage").getInteger("prompt_tokens")).isEqualTo(7);
        assertThat(body.getJsonObject("usage").getInteger("completion_tokens")).isEqualTo(4);
        assertThat(body.containsKey("prompt_logprobs")).isFalse();
        var entry = api.ledger.poll(5, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(entry.completionTokens()).isEqualTo(4);
        assertThat(entry.finish()).isEqualTo("length");
    }

    @Test
    void aStreamInterleavesChoicesWithOneRoleAndOneFinishEach() throws Exception {
        api.node.script(SamplingControlsIT::twoChoices);

        String body = answer(ASK + ",\"n\":2,\"stream\":true,\"stream_options\":{\"include_usage\":true},"
                        + "\"logprobs\":true,\"top_logprobs\":1}")
                .body();

        List<String> events = Stream.of(body.split("\n\n")).toList();
        assertThat(events.getLast()).isEqualTo("data: [DONE]");
        List<JsonObject> chunks = events.subList(0, events.size() - 1).stream()
                .map(event -> OpenAiSchemas.valid("CreateChatCompletionStreamResponse", event.substring(6)))
                .toList();
        assertThat(chunks.getLast().getJsonObject("usage").getInteger("completion_tokens"))
                .isEqualTo(4);
        for (int i = 0; i < 2; i++) {
            int index = i;
            List<JsonObject> choice = chunks.subList(0, chunks.size() - 1).stream()
                    .map(chunk -> chunk.getJsonArray("choices").getJsonObject(0))
                    .filter(part -> part.getInteger("index") == index)
                    .toList();
            assertThat(choice.getFirst().getJsonObject("delta").getString("role"))
                    .isEqualTo("assistant");
            assertThat(choice)
                    .filteredOn(part -> part.getJsonObject("delta").containsKey("role"))
                    .hasSize(1);
            assertThat(choice)
                    .filteredOn(part -> part.getValue("finish_reason") != null)
                    .containsExactly(choice.getLast());
            assertThat(choice.getLast().getJsonObject("delta")).isEmpty();
            assertThat(choice.stream()
                            .map(part -> part.getJsonObject("logprobs"))
                            .filter(logprobs -> logprobs != null)
                            .flatMap(logprobs -> logprobs.getJsonArray("content").stream())
                            .map(token -> ((JsonObject) token).getString("token")))
                    .as("the token without text is not listed")
                    .containsExactlyElementsOf(index == 0 ? List.of("one") : List.of("an", "other"));
        }
    }

    @Test
    void logProbabilitiesHaveOpenAisShape() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(
                    command,
                    ScriptedNode.scored(command, 0, 0, "é\u2028", -1.25, null),
                    ScriptedNode.scored(command, 1, 0, "", -0.5, FinishReason.STOP),
                    ScriptedNode.end(command, 2, Outcome.COMPLETED, 2));
        });

        JsonObject body = OpenAiSchemas.valid(
                "CreateChatCompletionResponse",
                answer(ASK + ",\"logprobs\":true,\"top_logprobs\":2}").body());

        assertThat(body.getJsonArray("choices").getJsonObject(0).getJsonObject("logprobs"))
                .isEqualTo(new JsonObject("""
                        {"content":[{"token":"é\\u2028","logprob":-1.25,"bytes":[195,169,226,128,168],"top_logprobs":[
                          {"token":"token_id:100","logprob":-0.5,"bytes":null},
                          {"token":"b","logprob":-1.0,"bytes":[98]}]}],"refusal":null}"""));
    }

    @Test
    void theBestOfSeveralIsTheOneOfTheLargestSum() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(
                    command,
                    ScriptedNode.scored(command, 0, 0, "worst", -3, FinishReason.STOP),
                    ScriptedNode.scored(command, 1, 1, "long ", -0.5, null),
                    ScriptedNode.scored(command, 2, 2, "second", -1.5, FinishReason.LENGTH),
                    ScriptedNode.scored(command, 3, 1, "best", -0.5, FinishReason.STOP),
                    ScriptedNode.end(command, 4, Outcome.COMPLETED, 4));
        });

        JsonObject body = OpenAiSchemas.valid(
                "CreateChatCompletionResponse",
                answer(ASK + ",\"n\":2,\"best_of\":3}").body());

        JsonArray choices = body.getJsonArray("choices");
        assertThat(choices.stream()
                        .map(choice ->
                                ((JsonObject) choice).getJsonObject("message").getString("content")))
                .containsExactly("long best", "second");
        assertThat(choices.stream().map(choice -> ((JsonObject) choice).getInteger("index")))
                .containsExactly(0, 1);
        assertThat(choices.getJsonObject(0).getValue("logprobs"))
                .as("nobody asked for them")
                .isNull();
        assertThat(body.getJsonObject("usage").getInteger("completion_tokens")).isEqualTo(4);
        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.output()).isEqualTo(new OutputOptions(3, 0, OutputOptions.UNSCORED));
    }

    @Test
    void thePromptsLogProbabilitiesHaveVllmsShapeAndTheLastMessageIsEchoed() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(3));
            node.send(
                    command,
                    new StreamPrompt(
                            command.request(),
                            command.attempt(),
                            0,
                            1,
                            List.of(ScriptedNode.scores(8, "x", -2.5, 2), ScriptedNode.scores(101, "b", -1, 2))),
                    ScriptedNode.scored(command, 1, 0, " end", -1, FinishReason.STOP),
                    ScriptedNode.end(command, 2, Outcome.COMPLETED, 1));
        });

        JsonObject body =
                OpenAiSchemas.valid("CreateChatCompletionResponse", answer("""
                        {"model":"helper","messages":[{"role":"user","content":"Hi"},
                         {"role":"assistant","content":"The \\"begin\\""}],"echo":true,"prompt_logprobs":2}""").body());

        assertThat(body.getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("message")
                        .getString("content"))
                .isEqualTo("The \"begin\" end");
        assertThat(body.getJsonArray("prompt_logprobs")).isEqualTo(new JsonArray("""
                        [null,
                         {"8":{"logprob":-2.5,"rank":3,"decoded_token":"x"},
                          "100":{"logprob":-0.5,"rank":1,"decoded_token":"token_id:100"},
                          "101":{"logprob":-1.0,"rank":2,"decoded_token":"b"}},
                         {"101":{"logprob":-1.0,"rank":3,"decoded_token":"b"},
                          "100":{"logprob":-0.5,"rank":1,"decoded_token":"token_id:100"}}]"""));
    }

    @Test
    void anEchoIsAChunkOfItsOwnInAStream() throws Exception {
        String body = answer("""
                        {"model":"helper","messages":[{"role":"user","content":"Hi"},
                         {"role":"assistant","content":"So: "}],"echo":true,"stream":true}""").body();

        List<String> contents = Stream.of(body.split("\n\n"))
                .filter(event -> event.contains("\"content\""))
                .map(event -> new JsonObject(event.substring(6))
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("delta")
                        .getString("content"))
                .toList();
        assertThat(contents).startsWith("", "So: ");
        assertThat(String.join("", contents)).isEqualTo("So: Hello world");
    }

    @Test
    void theEndOfTheTimeIsToldApartFromAFailure() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.end(command, 0, Outcome.EXPIRED, 1));
        });
        HttpResponse<String> response = answer(ASK + "}");
        assertThat(response.statusCode()).isEqualTo(408);
        assertThat(response.body()).contains("\"code\":\"deadline_exceeded\"");

        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.delta(command, 0, "so far"));
            node.send(command, ScriptedNode.end(command, 1, Outcome.EXPIRED, 1));
        });
        String stream = answer(ASK + ",\"stream\":true}").body();
        assertThat(stream)
                .contains("so far")
                .contains("\"code\":\"deadline_exceeded\"")
                .doesNotContain("[DONE]");
    }

    @Test
    void theEngineIsToldHowLongTheClientWaits() throws Exception {
        for (String preference : List.of("wait=30", "respond-async, Wait = \"30\"", "a=b;wait=30")) {
            send(api.post("/v1/chat/completions", ASK + "}").header("Prefer", preference));
            GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
            assertThat(command).isNotNull();
            assertThat(command.deadlineMillis()).as(preference).isBetween(1, 30_000);
        }
        for (String preference : List.of("wait=soon", "wait=-1", "await=30", "wait=9999999999")) {
            send(api.post("/v1/chat/completions", ASK + "}").header("Prefer", preference));
            GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
            assertThat(command).isNotNull();
            assertThat(command.deadlineMillis()).as(preference).isZero();
        }
    }

    @Test
    void aFrameOfAChoiceThatNobodyAskedForLosesTheEngine() throws Exception {
        api.node.script(SamplingControlsIT::twoChoices);

        HttpResponse<String> response = answer(ASK + "}");

        assertThat(response.statusCode()).isEqualTo(502);
        assertThat(response.body()).contains("engine_lost");
    }

    @Test
    void moreTokensThanTheAssistantGivesAreRefused() throws Exception {
        api.store.config(ApiFixture.TENANT, "short", null, null, null, 5);

        HttpResponse<String> response = answer(ASK.replace("helper", "short") + ",\"min_tokens\":6}");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("min_tokens: 6 (expected: at most 5, the assistant's max_tokens)");
    }

    private HttpResponse<String> answer(String body) throws Exception {
        return send(api.post("/v1/chat/completions", body));
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return api.client.send(request.build(), BodyHandlers.ofString());
    }
}
