package io.insula.api.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.insula.api.assistant.AnswerStructure;
import io.insula.api.assistant.ChatRequest;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.ToolChoice;
import io.insula.protocol.ToolDefinition;
import io.insula.protocol.Tools;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StructureFieldsTest {

    private static final String WEATHER = """
            {"type":"function","function":{"name":"weather","description":"Tells it.","strict":true,
             "parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}""";
    private static final String CLOCK = "{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}";
    private static final String BOTH = "\"tools\":[" + WEATHER + "," + CLOCK + "]";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        "tools":{}                                    | tools                            | an object (expected: an array of at most 128 tools)
        "tools":["f"]                                 | tools[0]                         | "f" (expected: an object with type and function)
        "tools":[{"function":{"name":"f"}}]           | tools[0].type                    | missing (expected: "function")
        "tools":[{"type":"custom","custom":{}}]       | tools[0].type                    | "custom" (expected: "function"
        "tools":[{"type":"function"}]                 | tools[0].function                | missing (expected: an object
        "tools":[{"type":"function","function":7}]    | tools[0].function                | 7 (expected: an object
        "tools":[TOOL({})]                            | tools[0].function.name           | missing (expected: 1..64 letters
        "tools":[TOOL({"name":"a b"})]                | tools[0].function.name           | "a b" (expected: 1..64 letters
        "tools":[TOOL({"name":"f\\n"})]               | tools[0].function.name           | (expected: 1..64 letters
        "tools":[TOOL({"name":""})]                   | tools[0].function.name           | "" (expected: 1..64 letters
        "tools":[TOOL({"name":"f","description":1})]  | tools[0].function.description    | 1 (expected: a string)
        "tools":[TOOL({"name":"f","strict":"yes"})]   | tools[0].function.strict         | "yes" (expected: true or false)
        "tools":[TOOL({"name":"f","parameters":[]})]  | tools[0].function.parameters     | [] (expected: a JSON Schema, an object)
        "tools":[TOOL({"name":"f","parameters":{"const":"\\ud800"}})] | tools[0].function.parameters | unpaired surrogate
        "tools":[TOOL({"name":"f"}),TOOL({"name":"f"})] | tools[1].function.name         | f twice (expected: every name once)
        "tools":[TOOL({"name":"f"})],"functions":[{"name":"g"}] | functions              | beside tools (expected: one of the two)
        "tools":[TOOL({"name":"f"})],"parallel_tool_calls":1    | parallel_tool_calls    | 1 (expected: true or false)
        "tools":[TOOL({"name":"f"})],"tool_choice":"any"        | tool_choice            | "any" (expected: "none", "auto", "required"
        "tools":[TOOL({"name":"f"})],"tool_choice":7            | tool_choice            | 7 (expected: "none"
        "tools":[TOOL({"name":"f"})],"tool_choice":{"type":"custom"}    | tool_choice           | (expected: "none"
        "tools":[TOOL({"name":"f"})],"tool_choice":{"type":"function"}  | tool_choice.function  | missing (expected: an object with name)
        "tools":[TOOL({"name":"f"})],"tool_choice":TOOL({"name":"g"})   | tool_choice.function.name | "g" (expected: the name of one of the tools)
        "tools":[TOOL({"name":"f"})],"tool_choice":ALLOWED({"mode":"none","tools":[]})  | tool_choice.allowed_tools.mode  | "none" (expected: "auto" or "required")
        "tools":[TOOL({"name":"f"})],"tool_choice":ALLOWED({"mode":"auto","tools":[]})  | tool_choice.allowed_tools.tools | [] (expected: an array of at least one
        "tools":[TOOL({"name":"f"})],"tool_choice":ALLOWED({"mode":"auto"})             | tool_choice.allowed_tools.tools | (expected: an array of at least one
        "tools":[TOOL({"name":"f"})],"tool_choice":ALLOWED({"mode":"auto","tools":[TOOL({"name":"g"})]}) | tool_choice.allowed_tools.tools[0].function.name | "g" (expected: the name
        "tool_choice":"required"                      | tool_choice                      | "required" (expected: "none" or "auto" without tools)
        "tool_choice":TOOL({"name":"f"})              | tool_choice                      | an object (expected: "none" or "auto" without tools)
        "tools":[],"tool_choice":"required"           | tool_choice                      | without tools
        "functions":7                                 | functions                        | 7 (expected: an array of at most 128 functions)
        "functions":[{}]                              | functions[0].name                | missing
        "functions":[{"name":"f"},{"name":"f"}]       | functions[1].name                | f twice
        "functions":[{"name":"f"}],"function_call":"required"    | function_call         | "required" (expected: "none", "auto" or {"name":…})
        "functions":[{"name":"f"}],"function_call":{"name":"g"}  | function_call.name    | "g" (expected: the name of one of the functions)
        "function_call":{"name":"g"}                  | function_call                    | "none" or "auto" without functions
        "functions":[{"name":"f"}],"tool_choice":"required"      | tool_choice           | without tools
        "response_format":"json"                      | response_format                  | "json" (expected: {"type":"text"}
        "response_format":{}                          | response_format.type             | missing (expected: {"type":"text"}
        "response_format":{"type":"xml"}              | response_format.type             | "xml" (expected: {"type":"text"}
        "response_format":{"type":"json_schema"}      | response_format.json_schema      | missing (expected: an object with name and schema)
        "response_format":{"type":"json_schema","json_schema":{"schema":{}}}                  | response_format.json_schema.name   | missing
        "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":null}}     | response_format.json_schema.schema | missing
        "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":true}}     | response_format.json_schema.schema | true (expected: a JSON Schema, an object)
        "response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":1}} | response_format.json_schema.strict | 1 (expected: true or false)
        "structured_outputs":[]                       | structured_outputs               | [] (expected: an object with json, regex or choice)
        "structured_outputs":{"regex":"a","json":{}}  | structured_outputs.regex         | beside structured_outputs.json (expected: one form
        "structured_outputs":{"grammar":"root ::="}   | structured_outputs.grammar       | absent; supported are json, regex and choice
        "structured_outputs":{"json_object":1}        | structured_outputs.json_object   | 1 (expected: true or false)
        "guided_json":{},"response_format":{"type":"json_object"} | guided_json          | beside response_format (expected: one form
        "guided_json":"{"                             | guided_json                      | text that is not valid JSON at line 1
        "guided_json":"[1]"                           | guided_json                      | an array (expected: a JSON Schema, an object)
        "guided_json":"{\\"a\\":1,\\"a\\":2}"         | guided_json                      | text that is not valid JSON
        "guided_regex":""                             | guided_regex                     | "" (expected: a regular expression of 1..4096
        "guided_regex":7                              | guided_regex                     | 7 (expected: a regular expression
        "guided_choice":[]                            | guided_choice                    | [] (expected: at least one text)
        "guided_choice":["a",""]                      | guided_choice[1]                 | "" (expected: a string that is not empty)
        "guided_choice":"a"                           | guided_choice                    | "a" (expected: an array of at most 1024 texts)
        "guided_grammar":"x"                          | guided_grammar                   | absent; supported are
        "tools":[TOOL({"name":"f"})],"tool_choice":"required","response_format":{"type":"json_object"} | response_format | present (expected: absent where tool_choice "required"
        "tools":[TOOL({"name":"f"})],"tool_choice":TOOL({"name":"f"}),"guided_regex":"a"               | guided_regex    | absent where a named tool_choice
        "functions":[{"name":"f"}],"function_call":{"name":"f"},"guided_regex":"a"                     | guided_regex    | absent where function_call
        "reasoning_effort":"most"                     | reasoning_effort                 | "most" (expected: "none", "minimal", "low", "medium" or "high")
        "reasoning_effort":1                          | reasoning_effort                 | 1 (expected: "none"
        "chat_template_kwargs":[]                     | chat_template_kwargs             | [] (expected: an object)
        "chat_template_kwargs":{"messages":[]}        | chat_template_kwargs.messages    | present (expected: absent; the server sets it)
        "chat_template_kwargs":{"tools":null}         | chat_template_kwargs.tools       | present (expected: absent
        "reasoning_effort":"none","chat_template_kwargs":{"enable_thinking":true} | reasoning_effort | "none" beside chat_template_kwargs.enable_thinking true
        "reasoning_effort":"low","chat_template_kwargs":{"reasoning_effort":"high"} | reasoning_effort | "low" beside chat_template_kwargs.reasoning_effort "high"
        """)
    void aBadFieldIsNamedWithWhatIsAllowed(String fields, String param, String text) {
        ApiError error = refused(expanded(fields));

        assertThat(param(error)).isEqualTo(param);
        assertThat(message(error)).startsWith(param + ": ").contains(text).contains("(expected: ");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        {"role":"assistant"}                                                   | content                | missing
        {"role":"assistant","content":null}                                    | content                | null (expected: a string
        {"role":"assistant","content":null,"tool_calls":[]}                    | content                | null (expected: a string
        {"role":"assistant","reasoning_content":"x"}                           | content                | missing
        {"role":"assistant","content":"x","reasoning_content":1}               | reasoning_content      | 1 (expected: a string)
        {"role":"assistant","tool_calls":{}}                                   | tool_calls             | an object (expected: an array of at most 128 calls)
        {"role":"assistant","tool_calls":[7]}                                  | tool_calls[0]          | 7 (expected: an object with id, type and function)
        {"role":"assistant","tool_calls":[{"id":"c"}]}                         | tool_calls[0].function | missing
        {"role":"assistant","tool_calls":[{"id":"","function":{}}]}            | tool_calls[0].id       | "" (expected: the id of a call
        {"role":"assistant","tool_calls":[{"id":"c","type":"custom"}]}         | tool_calls[0].type     | "custom" (expected: "function")
        {"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f"}}]} | tool_calls[0].function.arguments | missing (expected: a string of JSON)
        {"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f","arguments":{}}}]}   | tool_calls[0].function.arguments | an object (expected: a string of JSON)
        {"role":"assistant","tool_calls":[{"id":"c","function":{"name":"f f","arguments":""}}]} | tool_calls[0].function.name      | "f f" (expected: 1..64
        {"role":"assistant","tool_calls":[CALL(c),CALL(c)]}                    | tool_calls[1].id       | "c" (expected: an id that no other call
        {"role":"assistant","tool_calls":[CALL(c)],"function_call":{}}         | function_call          | beside tool_calls (expected: one of the two)
        {"role":"assistant","function_call":"f"}                               | function_call          | "f" (expected: an object with name and arguments)
        {"role":"assistant","tool_calls":[CALL(d)],"tool_call_id":"d"}         | tool_call_id           | "d" (expected: absent with this role)
        {"role":"tool","content":"x"}                                          | tool_call_id           | missing (expected: the id of a call
        {"role":"tool","content":"x","tool_call_id":"z"}                       | tool_call_id           | "z" (expected: the id of a call in an assistant message before)
        {"role":"tool","tool_call_id":"known"}                                 | content                | missing
        {"role":"tool","tool_call_id":"known","content":null}                  | content                | null (expected: a string
        {"role":"function","content":"x"}                                      | name                   | missing (expected: 1..64 letters
        {"role":"function","name":"f"}                                         | content                | missing
        """)
    void aBadMessageIsNamedByItsPath(String message, String field, String text) {
        String call = "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":[CALL(known)]}";
        RequestFailure failure =
                catchThrowableOfType(RequestFailure.class, () -> readMessages(expanded(call + "," + message)));

        assertThat(failure).isNotNull();
        String param = "messages[1]." + field;
        assertThat(param(failure.error())).isEqualTo(param);
        assertThat(message(failure.error()))
                .startsWith(param + ": ")
                .contains(text)
                .contains("(expected: ");
    }

    @Test
    void toolsAreReadWithTheirSchemasAsTheyStand() {
        AnswerStructure structure = read(BOTH);

        assertThat(structure.tools())
                .isEqualTo(new Tools(
                        List.of(
                                new ToolDefinition(
                                        "weather",
                                        "Tells it.",
                                        "{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}",
                                        true),
                                new ToolDefinition("clock", "", "{}", false)),
                        new ToolChoice.Auto(),
                        true));
        assertThat(structure.functions()).isFalse();
    }

    @Test
    void everyChoiceIsRead() {
        assertThat(choice("\"none\"")).isEqualTo(new ToolChoice.None());
        assertThat(choice("\"auto\"")).isEqualTo(new ToolChoice.Auto());
        assertThat(choice("\"required\"")).isEqualTo(new ToolChoice.Required());
        assertThat(choice("{\"type\":\"function\",\"function\":{\"name\":\"clock\"}}"))
                .isEqualTo(new ToolChoice.Named("clock"));
        assertThat(read(BOTH + ",\"parallel_tool_calls\":false").tools().parallel())
                .isFalse();
    }

    @Test
    void allowedToolsLeaveTheOthersOut() {
        AnswerStructure structure = read(BOTH + "," + expanded("""
                "tool_choice":ALLOWED({"mode":"required","tools":[TOOL({"name":"clock"})]})"""));

        assertThat(structure.tools().choice()).isEqualTo(new ToolChoice.Required());
        assertThat(structure.tools().definitions())
                .extracting(ToolDefinition::name)
                .containsExactly("clock");
        assertThat(named(structure, "tools[0].function.parameters")).isEqualTo("tools[1].function.parameters");
    }

    @Test
    void functionsAreToolsOfOneCall() {
        AnswerStructure structure =
                read("\"functions\":[{\"name\":\"f\",\"parameters\":{}}],\"function_call\":{\"name\":\"f\"}");

        assertThat(structure.tools())
                .isEqualTo(
                        new Tools(List.of(new ToolDefinition("f", "", "{}", false)), new ToolChoice.Named("f"), false));
        assertThat(structure.functions()).isTrue();
        assertThat(named(structure, "tools[0].function.parameters")).isEqualTo("functions[0].parameters");
        assertThat(read("\"functions\":[{\"name\":\"f\"}]").tools().choice()).isEqualTo(new ToolChoice.Auto());
        assertThat(read("\"functions\":[{\"name\":\"f\"}],\"function_call\":\"none\"")
                        .tools()
                        .choice())
                .isEqualTo(new ToolChoice.None());
    }

    @Test
    void everyFormIsReadUnderEveryName() {
        assertThat(form("\"response_format\":{\"type\":\"json_object\"}")).isEqualTo(new ResponseForm.JsonObject());
        assertThat(form("""
                "response_format":{"type":"json_schema","json_schema":{"name":"a","description":"d","strict":true,
                 "schema":{"type":"object", "properties":{"b":{"const":1.50},"a":{}}}}}"""))
                .isEqualTo(new ResponseForm.JsonSchema(
                        "{\"type\":\"object\",\"properties\":{\"b\":{\"const\":1.5},\"a\":{}}}", true));
        ResponseForm schema = new ResponseForm.JsonSchema("{\"type\":\"object\"}", false);
        ResponseForm regex = new ResponseForm.Regex("[a-z]+");
        ResponseForm texts = new ResponseForm.Choice(List.of("yes", "no"));
        assertThat(form("\"structured_outputs\":{\"json\":{\"type\":\"object\"}}"))
                .isEqualTo(schema);
        assertThat(form("\"structured_outputs\":{\"json\":\"{\\\"type\\\":\\\"object\\\"}\"}"))
                .isEqualTo(schema);
        assertThat(form("\"guided_json\":{\"type\":\"object\"}")).isEqualTo(schema);
        assertThat(form("\"structured_outputs\":{\"regex\":\"[a-z]+\",\"json\":null}"))
                .isEqualTo(regex);
        assertThat(form("\"guided_regex\":\"[a-z]+\"")).isEqualTo(regex);
        assertThat(form("\"structured_outputs\":{\"choice\":[\"yes\",\"no\"]}")).isEqualTo(texts);
        assertThat(form("\"guided_choice\":[\"yes\",\"no\"],\"response_format\":{\"type\":\"text\"}"))
                .isEqualTo(texts);
        assertThat(form("\"structured_outputs\":{\"json_object\":true}")).isEqualTo(new ResponseForm.JsonObject());
        assertThat(form("\"structured_outputs\":{}")).isEqualTo(new ResponseForm.Text());
    }

    @Test
    void aFaultThatAnEngineFoundHasTheClientsNameForTheField() {
        AnswerStructure ours = read("\"response_format\":{\"type\":\"json_object\"}");
        assertThat(named(ours, "response_format")).isEqualTo("response_format");
        AnswerStructure vllms = read("\"guided_json\":{}");
        assertThat(named(vllms, "response_format")).isEqualTo("guided_json");
        assertThat(named(vllms, "response_format.json_schema.schema")).isEqualTo("guided_json");
        assertThat(named(vllms, "messages")).isEqualTo("messages");
        assertThat(named(vllms, "response_formats")).isEqualTo("response_formats");
        ApiError busy = new ApiError.EngineFailed("response_format");
        assertThat(vllms.named(busy)).isEqualTo(busy);
    }

    @Test
    void whatTheTemplateIsToldJoinsBothFields() {
        assertThat(template("\"stream\":false")).isEqualTo("{}");
        assertThat(template("\"reasoning_effort\":\"high\"")).isEqualTo("{\"reasoning_effort\":\"high\"}");
        assertThat(template("\"reasoning_effort\":\"none\""))
                .isEqualTo("{\"reasoning_effort\":\"none\",\"enable_thinking\":false}");
        assertThat(template("\"chat_template_kwargs\":{\"enable_thinking\":false,\"a\":[1,{\"b\":null}]}"))
                .isEqualTo("{\"enable_thinking\":false,\"a\":[1,{\"b\":null}]}");
        assertThat(template(
                        "\"reasoning_effort\":\"none\",\"chat_template_kwargs\":{\"enable_thinking\":false,\"a\":1}"))
                .isEqualTo("{\"enable_thinking\":false,\"a\":1,\"reasoning_effort\":\"none\"}");
    }

    @Test
    void numberDepthAndSizeAreBounded() {
        assertThat(message(refused("\"tools\":["
                        + repeated(129, i -> "{\"type\":\"function\",\"function\":{\"name\":\"f" + i + "\"}}") + "]")))
                .startsWith("tools: 129 tools (expected: an array of at most 128 tools)");
        assertThat(message(refused("\"guided_json\":" + "{\"a\":".repeat(33) + "1" + "}".repeat(33))))
                .startsWith("guided_json: a JSON Schema of more than 32 levels (expected: at most 32 levels");
        assertThat(form("\"guided_json\":" + "{\"a\":".repeat(32) + "1" + "}".repeat(32)))
                .isInstanceOf(ResponseForm.JsonSchema.class);
        assertThat(message(refused("\"chat_template_kwargs\":" + "{\"a\":".repeat(33) + "1" + "}".repeat(33))))
                .startsWith("chat_template_kwargs: an object of more than 32 levels");
        String long64k = "x".repeat(65_536);
        assertThat(message(refused("\"guided_json\":{\"const\":\"" + long64k + "\"}")))
                .startsWith("guided_json: a JSON Schema of 65548 characters (expected: at most 65536)");
        assertThat(message(refused("\"guided_json\":\"" + long64k + "x\"")))
                .startsWith("guided_json: a JSON Schema of 65537 characters");
        assertThat(message(refused("\"guided_choice\":[\"a\",\"" + long64k + "\"]")))
                .startsWith("guided_choice: more than 65536 characters");
        assertThat(message(refused("\"guided_choice\":[" + repeated(1025, i -> "\"a\"") + "]")))
                .startsWith("guided_choice: 1025 texts (expected: an array of at most 1024 texts)");
        assertThat(message(refused("\"guided_regex\":\"" + "a".repeat(4097) + "\"")))
                .startsWith("guided_regex: ")
                .hasSizeLessThan(200);
        assertThat(message(refused("\"chat_template_kwargs\":{\"a\":\"" + long64k + "\"}")))
                .startsWith("chat_template_kwargs: an object of 65544 characters (expected: at most 16384)");
    }

    @Test
    void callsAndTheirAnswersAreReadAsTheTemplateTakesThem() {
        ChatRequest request = readMessages(expanded("""
                {"role":"user","content":"Hi","name":"ann"},
                {"role":"assistant","content":null,"reasoning_content":"Hm.","tool_calls":[CALL(c1),CALL(c2)]},
                {"role":"tool","tool_call_id":"c2","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
                {"role":"tool","tool_call_id":"c1","content":"x","name":"other"},
                {"role":"assistant","function_call":{"name":"g","arguments":"{"}},
                {"role":"function","name":"g","content":"y"}"""));

        assertThat(request.messages())
                .hasToString("[ChatMessage[role=user, content=Hi, reasoning=, toolCalls=[], toolCallId=, name=ann],"
                        + " ChatMessage[role=assistant, content=, reasoning=Hm., toolCalls=[ToolCall[id=c1, name=f, arguments={\"a\":1}],"
                        + " ToolCall[id=c2, name=f, arguments={\"a\":1}]], toolCallId=, name=],"
                        + " ChatMessage[role=tool, content=a\nb, reasoning=, toolCalls=[], toolCallId=c2, name=f],"
                        + " ChatMessage[role=tool, content=x, reasoning=, toolCalls=[], toolCallId=c1, name=other],"
                        + " ChatMessage[role=assistant, content=, reasoning=, toolCalls=[ToolCall[id=, name=g, arguments={]], toolCallId=, name=],"
                        + " ChatMessage[role=tool, content=y, reasoning=, toolCalls=[], toolCallId=, name=g]]");
    }

    @Test
    void whatTypedClientsSendForWantOfAValueIsNoFault() {
        assertThat(readMessages("""
                {"role":"user","content":"Hi","tool_calls":[],"tool_call_id":"","function_call":null,"name":null}""").messages()).hasSize(1);
        assertThat(read("\"tools\":null,\"functions\":[],\"tool_choice\":\"auto\",\"function_call\":\"none\","
                        + "\"response_format\":null,\"structured_outputs\":null,\"guided_json\":null,"
                        + "\"parallel_tool_calls\":false,\"reasoning_effort\":null,\"chat_template_kwargs\":null"))
                .isEqualTo(AnswerStructure.FREE);
    }

    private static String expanded(String text) {
        return text.replaceAll("CALL\\((\\w+)\\)", """
                        {"id":"$1","type":"function","function":{"name":"f","arguments":"{\\\\"a\\\\":1}"}}""")
                .replaceAll("TOOL\\((\\{[^)]*})\\)", "{\"type\":\"function\",\"function\":$1}")
                .replaceAll("ALLOWED\\((\\{.*})\\)", "{\"type\":\"allowed_tools\",\"allowed_tools\":$1}");
    }

    private static String repeated(int times, IntFunction<String> element) {
        return IntStream.range(0, times).mapToObj(element).collect(Collectors.joining(","));
    }

    private static ToolChoice choice(String choice) {
        return read(BOTH + ",\"tool_choice\":" + choice).tools().choice();
    }

    private static ResponseForm form(String fields) {
        return read(fields).form();
    }

    private static String template(String fields) {
        return read(fields).templateArguments();
    }

    private static @Nullable String named(AnswerStructure structure, String field) {
        ApiError.InvalidRequest error =
                (ApiError.InvalidRequest) structure.named(new ApiError.InvalidRequest(field + ": no", field, "c"));
        assertThat(error.message()).isEqualTo(error.param() + ": no");
        return error.param();
    }

    private static ApiError refused(String fields) {
        RequestFailure failure = catchThrowableOfType(RequestFailure.class, () -> read(fields));
        assertThat(failure).as(fields.length() < 200 ? fields : "a long body").isNotNull();
        return failure.error();
    }

    private static @Nullable String param(ApiError error) {
        return error instanceof ApiError.MissingField missing
                ? missing.param()
                : ((ApiError.InvalidRequest) error).param();
    }

    private static String message(ApiError error) {
        return error instanceof ApiError.MissingField missing
                ? missing.message()
                : ((ApiError.InvalidRequest) error).message();
    }

    private static AnswerStructure read(String fields) {
        return request("{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]," + fields + "}")
                .structure();
    }

    private static ChatRequest readMessages(String messages) {
        return request("{\"model\":\"m\",\"messages\":[" + messages + "]}");
    }

    private static ChatRequest request(String body) {
        return new ChatRequestReader(RequestLimits.DEFAULT).read(BodyParser.parse(Buffer.buffer(body)));
    }
}
