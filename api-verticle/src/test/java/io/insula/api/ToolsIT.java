package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.support.ApiFixture;
import io.insula.api.support.OpenAiSchemas;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolCallDelta;
import io.insula.protocol.ToolChoice;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a scripted engine says of calls and reasoning, as clients get it, and what it is told of tools and forms. */
class ToolsIT {

    private static final String ASK = """
            {"model":"helper","messages":[{"role":"user","content":"Hi"}],
             "tools":[{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}},
                      {"type":"function","function":{"name":"clock"}}]""";
    private static final String ASK_FUNCTIONS = """
            {"model":"helper","messages":[{"role":"user","content":"Hi"}],
             "functions":[{"name":"weather","parameters":{"type":"object"}}]""";
    private static final List<String> BOTH = List.of("weather", "clock");

    private ApiFixture api;

    @BeforeEach
    void start() throws Exception {
        api = ApiFixture.withDefaults();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aStreamNamesEachCallFirstAndThenCarriesItsArguments() throws Exception {
        api.node.script(ScriptedNode.call("Hm.", "Let me see.", BOTH, "{\"a\":", "\"é\"}"));

        List<JsonObject> chunks = chunks(ASK + ",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");

        List<JsonObject> choices = chunks.subList(0, chunks.size() - 1).stream()
                .map(chunk -> chunk.getJsonArray("choices").getJsonObject(0))
                .toList();
        assertThat(deltas(choices))
                .containsExactly(
                        "{\"role\":\"assistant\",\"content\":\"\"}",
                        "{\"reasoning_content\":\"Hm.\"}",
                        "{\"content\":\"Let me see.\"}",
                        start(0, "weather"),
                        arguments(0, "{\\\"a\\\":"),
                        arguments(0, "\\\"é\\\"}"),
                        start(1, "clock"),
                        arguments(1, "{\\\"a\\\":"),
                        arguments(1, "\\\"é\\\"}"),
                        "{}");
        assertThat(choices)
                .allMatch(choice -> choice.containsKey("finish_reason"))
                .filteredOn(choice -> choice.getValue("finish_reason") != null)
                .containsExactly(choices.getLast());
        assertThat(choices.getLast().getString("finish_reason")).isEqualTo("tool_calls");
        JsonObject usage = chunks.getLast().getJsonObject("usage");
        assertThat(usage.getInteger("completion_tokens")).isEqualTo(8);
        assertThat(usage.getJsonObject("completion_tokens_details").getInteger("reasoning_tokens"))
                .isEqualTo(1);
        var entry = api.ledger.poll(5, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(entry.finish()).isEqualTo("tool_calls");
    }

    @Test
    void aStreamThatOnlyCallsHasNoContent() throws Exception {
        api.node.script(ScriptedNode.call("", "", List.of("weather"), "{}"));

        List<JsonObject> chunks = chunks(ASK + ",\"stream\":true}");

        assertThat(deltas(chunks.stream()
                        .map(chunk -> chunk.getJsonArray("choices").getJsonObject(0))
                        .toList()))
                .containsExactly(
                        "{\"role\":\"assistant\",\"content\":null}", start(0, "weather"), arguments(0, "{}"), "{}");
    }

    @Test
    void aWholeAnswerHasItsCallsBesideItsText() throws Exception {
        api.node.script(ScriptedNode.call("Hm.", "Let me see.", BOTH, "{\"a\":", "1}"));

        JsonObject choice = choice(ASK + "}");

        assertThat(choice.getString("finish_reason")).isEqualTo("tool_calls");
        assertThat(choice.getJsonObject("message")).isEqualTo(new JsonObject("""
                        {"role":"assistant","content":"Let me see.","reasoning_content":"Hm.","refusal":null,"tool_calls":[
                          {"id":"call_0","type":"function","function":{"name":"weather","arguments":"{\\"a\\":1}"}},
                          {"id":"call_1","type":"function","function":{"name":"clock","arguments":"{\\"a\\":1}"}}]}"""));
    }

    @Test
    void aWholeAnswerThatOnlyCallsHasNullForContent() throws Exception {
        api.node.script(ScriptedNode.call("", "", List.of("clock"), "{}"));

        JsonObject message = choice(ASK + "}").getJsonObject("message");

        assertThat(message.containsKey("content")).isTrue();
        assertThat(message.getValue("content")).isNull();
        assertThat(message.containsKey("reasoning_content")).isFalse();
        assertThat(message.getJsonArray("tool_calls")).hasSize(1);
    }

    @Test
    void functionsAreAnsweredInTheirOwnForm() throws Exception {
        api.node.script(ScriptedNode.call("", "", BOTH, "{\"a\":", "1}"));

        JsonObject choice = choice(ASK_FUNCTIONS + "}");
        assertThat(choice.getString("finish_reason")).isEqualTo("function_call");
        assertThat(choice.getJsonObject("message")).isEqualTo(new JsonObject("""
                        {"role":"assistant","content":null,"refusal":null,
                         "function_call":{"name":"weather","arguments":"{\\"a\\":1}"}}"""));

        List<JsonObject> chunks = chunks(ASK_FUNCTIONS + ",\"stream\":true}");
        assertThat(deltas(chunks.stream()
                        .map(chunk -> chunk.getJsonArray("choices").getJsonObject(0))
                        .toList()))
                .containsExactly(
                        "{\"role\":\"assistant\",\"content\":null}",
                        "{\"function_call\":{\"name\":\"weather\",\"arguments\":\"\"}}",
                        "{\"function_call\":{\"arguments\":\"{\\\"a\\\":\"}}",
                        "{\"function_call\":{\"arguments\":\"1}\"}}",
                        "{}");
        assertThat(chunks.getLast().getJsonArray("choices").getJsonObject(0).getString("finish_reason"))
                .isEqualTo("function_call");
    }

    @Test
    void theBestOfSeveralKeepsItsCallAndItsLogProbabilities() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(
                    command,
                    ScriptedNode.scored(command, 0, 0, "text", -2, FinishReason.STOP),
                    called(command, 1, -0.5, ToolCallDelta.start(0, "call_x", "clock"), null),
                    called(command, 2, -0.25, ToolCallDelta.arguments(0, "{}"), FinishReason.TOOL_CALLS),
                    ScriptedNode.end(command, 3, Outcome.COMPLETED, 3));
        });

        JsonObject choice = choice(ASK + ",\"best_of\":2,\"logprobs\":true}");

        assertThat(choice.getJsonObject("message")
                        .getJsonArray("tool_calls")
                        .getJsonObject(0)
                        .getString("id"))
                .isEqualTo("call_x");
        assertThat(choice.getJsonObject("logprobs").getJsonArray("content").stream()
                        .map(token -> ((JsonObject) token).getDouble("logprob")))
                .containsExactly(-0.5, -0.25);

        JsonArray both = completion(ASK + ",\"n\":2}").getJsonArray("choices");
        assertThat(both.getJsonObject(0).getJsonObject("message").getString("content"))
                .isEqualTo("text");
        assertThat(both.getJsonObject(1).getString("finish_reason")).isEqualTo("tool_calls");
    }

    @Test
    void logProbabilitiesComeWithTheChunksOfACall() throws Exception {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, called(command, 0, -0.5, ToolCallDelta.start(0, "call_x", "clock"), null));
            node.send(
                    command,
                    called(command, 1, -0.25, ToolCallDelta.arguments(0, "{}"), FinishReason.TOOL_CALLS),
                    ScriptedNode.end(command, 2, Outcome.COMPLETED, 2));
        });
        List<JsonObject> choices = chunks(ASK + ",\"stream\":true,\"logprobs\":true}").stream()
                .map(chunk -> chunk.getJsonArray("choices").getJsonObject(0))
                .toList();

        assertThat(choices.stream()
                        .map(choice -> choice.getJsonObject("logprobs"))
                        .map(logprobs -> logprobs == null
                                ? 0
                                : logprobs.getJsonArray("content").size()))
                .containsExactly(0, 1, 1, 0);
    }

    @Test
    void theEngineIsToldOfToolsFormAndTemplate() throws Exception {
        completion("""
                {"model":"helper","messages":[{"role":"user","content":"Hi"},
                  {"role":"assistant","content":null,"reasoning_content":"Hm.","tool_calls":[
                    {"id":"c1","type":"function","function":{"name":"clock","arguments":"{}"}}]},
                  {"role":"tool","tool_call_id":"c1","content":"noon"}],
                 "tools":[{"type":"function","function":{"name":"clock"}}],"parallel_tool_calls":false,
                 "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{"type":"object"},"strict":true}},
                 "reasoning_effort":"low","chat_template_kwargs":{"enable_thinking":true}}""");

        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.tools().choice()).isEqualTo(new ToolChoice.Auto());
        assertThat(command.tools().parallel()).isFalse();
        assertThat(command.form()).isEqualTo(new ResponseForm.JsonSchema("{\"type\":\"object\"}", true));
        assertThat(command.templateArguments()).isEqualTo("{\"enable_thinking\":true,\"reasoning_effort\":\"low\"}");
        assertThat(command.messages())
                .containsExactly(
                        new ChatMessage("system", "You help."),
                        new ChatMessage("user", "Hi"),
                        new ChatMessage("assistant", "", "Hm.", List.of(new ToolCall("c1", "clock", "{}")), "", ""),
                        new ChatMessage("tool", "noon", "", List.of(), "c1", "clock"));
    }

    @Test
    void aSchemaThatAnEngineCannotCompileIsTheClientsFault() throws Exception {
        ScriptedNode second = new ScriptedNode(api.vertx, "engine-2");
        ScriptedNode.Script refusal = (node, command, reply) -> reply.reply(new Admission.Rejected(
                Admission.Reason.INVALID_REQUEST,
                "tools[0].function.parameters: /properties/a: pattern cannot be compiled",
                "tools[0].function.parameters",
                0));
        api.node.script(refusal);
        second.script(refusal);

        for (String stream : List.of("true", "false")) {
            HttpResponse<String> response = send(ASK + ",\"stream\":" + stream + "}");
            assertThat(response.statusCode()).isEqualTo(400);
            JsonObject error =
                    OpenAiSchemas.valid("ErrorResponse", response.body()).getJsonObject("error");
            assertThat(error.getString("param")).isEqualTo("tools[0].function.parameters");
            assertThat(error.getString("type")).isEqualTo("invalid_request_error");
            assertThat(error.getString("message")).endsWith("/properties/a: pattern cannot be compiled");
            assertThat(api.node.commands().size() + second.commands().size())
                    .as("engines asked")
                    .isEqualTo(1);
            api.node.commands().clear();
            second.commands().clear();
        }
        JsonObject older = new JsonObject(send(ASK_FUNCTIONS + "}").body()).getJsonObject("error");
        assertThat(older.getString("param")).isEqualTo("functions[0].parameters");
        assertThat(older.getString("message")).startsWith("functions[0].parameters: /properties/a");
        assertThat(api.ledger).isEmpty();
        second.close();
    }

    @Test
    void namesArgumentsAndThoughtsCanNeverForgeAnEvent() throws Exception {
        String forged = "a\n\ndata: [DONE]\n\nevent: x\r\n\u2028\u2029\u0085\u0000\"\\ \uD83D\uDE00";
        api.node.script(ScriptedNode.call(forged, "", List.of(forged), forged, "\uD83D", "\uDE00"));

        String body = send(ASK + ",\"stream\":true}").body();

        List<String> lines = body.lines().filter(line -> !line.isEmpty()).toList();
        assertThat(lines).allMatch(line -> line.startsWith("data: ")).hasSize(8);
        assertThat(lines.stream().filter("data: [DONE]"::equals)).hasSize(1);
        List<JsonObject> deltas = lines.subList(0, lines.size() - 1).stream()
                .map(line -> new JsonObject(line.substring(6))
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("delta"))
                .toList();
        assertThat(deltas.get(1).getString("reasoning_content")).isEqualTo(forged);
        JsonObject call = deltas.get(2).getJsonArray("tool_calls").getJsonObject(0);
        assertThat(call.getJsonObject("function").getString("name")).isEqualTo(forged);
        assertThat(deltas.get(3)
                        .getJsonArray("tool_calls")
                        .getJsonObject(0)
                        .getJsonObject("function")
                        .getString("arguments"))
                .isEqualTo(forged);

        String whole = send(ASK + "}").body();
        assertThat(whole.lines()).hasSize(1);
        assertThat(new JsonObject(whole)
                        .getJsonArray("choices")
                        .getJsonObject(0)
                        .getJsonObject("message")
                        .getJsonArray("tool_calls")
                        .getJsonObject(0)
                        .getJsonObject("function")
                        .getString("arguments"))
                .isEqualTo(forged + "\uD83D\uDE00");
    }

    @Test
    void theViewSdksNamesStandBesideTools() throws Exception {
        api.node.script(ScriptedNode.call("", "", List.of("clock"), "{}"));
        HttpResponse<String> response = api.client.send(
                api.post(ApiFixture.tenantPath("/chat/completions"), """
                        {"ModelName":"helper","Messages":[{"role":"user","content":"Hi"}],"Stream":false,
                         "tools":[{"type":"function","function":{"name":"clock"}}],"tool_choice":"required"}""").build(), BodyHandlers.ofString());

        assertThat(response.body()).contains("\"tool_calls\"");
        GenerateCommand command = api.node.commands().poll(5, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.tools().choice()).isEqualTo(new ToolChoice.Required());
    }

    private static StreamDelta called(
            GenerateCommand command,
            int sequence,
            double logProbability,
            ToolCallDelta call,
            @Nullable FinishReason finish) {
        return new StreamDelta(
                command.request(),
                command.attempt(),
                sequence,
                command.output().choices() - 1,
                TokenIds.of(sequence),
                "",
                "",
                List.of(call),
                finish,
                command.output().scored() ? List.of(ScriptedNode.scores(sequence, "t", logProbability, 0)) : List.of());
    }

    private static List<String> deltas(List<JsonObject> choices) {
        return choices.stream()
                .map(choice -> choice.getJsonObject("delta").encode())
                .toList();
    }

    private static String start(int index, String name) {
        return "{\"tool_calls\":[{\"index\":" + index + ",\"id\":\"call_" + index
                + "\",\"type\":\"function\",\"function\":{\"name\":\"" + name + "\",\"arguments\":\"\"}}]}";
    }

    private static String arguments(int index, String fragment) {
        return "{\"tool_calls\":[{\"index\":" + index + ",\"function\":{\"arguments\":\"" + fragment + "\"}}]}";
    }

    private JsonObject choice(String body) throws Exception {
        return completion(body).getJsonArray("choices").getJsonObject(0);
    }

    private JsonObject completion(String body) throws Exception {
        return OpenAiSchemas.valid("CreateChatCompletionResponse", send(body).body());
    }

    private List<JsonObject> chunks(String body) throws Exception {
        List<String> events = Stream.of(send(body).body().split("\n\n")).toList();
        assertThat(events.getLast()).isEqualTo("data: [DONE]");
        return events.subList(0, events.size() - 1).stream()
                .map(event -> OpenAiSchemas.valid("CreateChatCompletionStreamResponse", event.substring(6)))
                .toList();
    }

    private HttpResponse<String> send(String body) throws Exception {
        return api.client.send(api.post("/v1/chat/completions", body).build(), BodyHandlers.ofString());
    }
}
