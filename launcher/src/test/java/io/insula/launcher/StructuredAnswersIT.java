package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.StructuredChatCompletion;
import com.openai.models.chat.completions.StructuredChatCompletionCreateParams;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Forms and tools on the starter model, which follows neither by itself: what is enforced holds over real HTTP. */
class StructuredAnswersIT {

    private static final Map<String, Object> PERSON = Map.of(
            "type",
            "object",
            "properties",
            Map.of(
                    "name", Map.of("type", "string", "minLength", 1, "maxLength", 12),
                    "age", Map.of("type", "integer", "minimum", 18, "maximum", 120),
                    "roles", Map.of("type", "array", "items", Map.of("enum", List.of("a", "b")), "maxItems", 3)),
            "required",
            List.of("name", "age", "roles"),
            "additionalProperties",
            false);

    private static final Map<String, Object> CALL = Map.of(
            "tools",
            List.of(Map.of(
                    "type",
                    "function",
                    "function",
                    Map.of("name", "add_person", "description", "Keeps a person.", "parameters", PERSON))),
            "tool_choice",
            "required",
            "parallel_tool_calls",
            false,
            "temperature",
            2,
            "max_tokens",
            300);

    /** What OpenAI's client makes a schema of. */
    public static class City {
        public String name = "";
        public int inhabitants;
    }

    @TempDir
    static Path directory;

    static InsulaProcess insula;

    @BeforeAll
    static void start() {
        insula = InsulaProcess.up(TestHomes.withStarterModel(directory.resolve("home")));
    }

    @AfterAll
    static void stop() {
        insula.close();
    }

    @Test
    void answersThatEndMeetTheirSchemaAtTemperatureTwoBesideOthers() throws Exception {
        ChatClient client = new ChatClient(insula);
        List<CompletableFuture<ChatClient.Streamed>> streams = new ArrayList<>();
        for (int seed = 0; seed < 6; seed++) {
            streams.add(client.streamAsync("Invent a person.", form(seed)));
            streams.add(client.streamAsync("Tell me about the sea.", Map.of("seed", seed, "max_tokens", 40)));
        }
        int ended = 0;
        for (int seed = 0; seed < 6; seed++) {
            ChatClient.Streamed streamed = streams.get(2 * seed).join();
            if (streamed.finishReason().equals("stop")) {
                ended++;
                assertIsPerson(streamed.text());
            }
        }
        assertThat(ended).as("answers that ended").isGreaterThan(2);
        assertThat(client.ask("Invent a person.", form(0)))
                .as("whole and streamed")
                .isEqualTo(streams.getFirst().join().text());
    }

    private static Map<String, Object> form(int seed) {
        return Map.of(
                "temperature",
                2,
                "seed",
                seed,
                "max_tokens",
                300,
                "response_format",
                Map.of(
                        "type",
                        "json_schema",
                        "json_schema",
                        Map.of("name", "person", "strict", true, "schema", PERSON)));
    }

    private static void assertIsPerson(String text) throws Exception {
        JsonNode person = ChatClient.JSON.readTree(text);
        assertThat(person.properties()).hasSize(3);
        assertThat(person.at("/name").isTextual()).isTrue();
        assertThat(person.at("/name").asText().codePoints().count()).isBetween(1L, 12L);
        assertThat(person.at("/age").isIntegralNumber()).isTrue();
        assertThat(person.at("/age").asInt()).isBetween(18, 120);
        assertThat(person.at("/roles"))
                .hasSizeLessThan(4)
                .allMatch(role -> List.of("a", "b").contains(role.asText()));
    }

    @Test
    void aCallThatIsRequiredComesWholeAndInPiecesAlike() throws Exception {
        ChatClient client = new ChatClient(insula);
        JsonNode whole = ChatClient.JSON.readTree(
                client.post("Add somebody.", with(CALL, "seed", 4)).body());
        assertThat(whole.at("/choices/0/finish_reason").asText()).isEqualTo("tool_calls");
        assertThat(whole.at("/choices/0/message/content").isNull()).isTrue();
        JsonNode function = whole.at("/choices/0/message/tool_calls/0/function");
        assertThat(function.at("/name").asText()).isEqualTo("add_person");
        assertIsPerson(function.at("/arguments").asText());

        ChatClient.Streamed streamed = client.stream("Add somebody.", with(CALL, "seed", 4));
        assertThat(streamed.finishReason()).isEqualTo("tool_calls");
        assertThat(streamed.text()).isEmpty();
        List<JsonNode> pieces = new ArrayList<>();
        for (String event : streamed.events()) {
            if (event.contains("\"tool_calls\":[")) {
                pieces.add(ChatClient.JSON.readTree(event).at("/choices/0/delta/tool_calls/0"));
            }
        }
        assertThat(pieces.getFirst().at("/id").asText()).startsWith("call_");
        assertThat(pieces.getFirst().at("/type").asText()).isEqualTo("function");
        assertThat(pieces.getFirst().at("/function/name").asText()).isEqualTo("add_person");
        assertThat(pieces.getFirst().at("/function/arguments").asText()).isEmpty();
        StringBuilder arguments = new StringBuilder();
        pieces.forEach(piece -> arguments.append(piece.at("/function/arguments").asText()));
        assertThat(arguments.toString()).isEqualTo(function.at("/arguments").asText());
    }

    private static Map<String, Object> with(Map<String, Object> settings, String key, Object value) {
        Map<String, Object> more = new HashMap<>(settings);
        more.put(key, value);
        return more;
    }

    @Test
    void whatCannotBeCompiledIsRefusedByNameBeforeAnythingIsSaid() throws Exception {
        HttpResponse<String> response = new ChatClient(insula)
                .post(
                        "Invent a person.",
                        Map.of(
                                "stream",
                                true,
                                "response_format",
                                Map.of(
                                        "type",
                                        "json_schema",
                                        "json_schema",
                                        Map.of("name", "n", "schema", Map.of("type", "string", "pattern", "(?=a)b")))));
        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode error = ChatClient.JSON.readTree(response.body()).at("/error");
        assertThat(error.at("/param").asText()).isEqualTo("response_format");
        assertThat(error.at("/message").asText()).startsWith("response_format: #/pattern: has a look-ahead");
    }

    @Test
    void theOfficialJavaClientReadsItsOwnClassesAndCalls() {
        OpenAIClient client = OpenAIOkHttpClient.builder()
                .baseUrl(insula.baseUrl())
                .apiKey(insula.key())
                .build();
        StructuredChatCompletionCreateParams<City> form = ChatCompletionCreateParams.builder()
                .model(insula.model())
                .addUserMessage("Name a city.")
                .temperature(0)
                .maxCompletionTokens(120)
                .responseFormat(City.class)
                .build();
        StructuredChatCompletion<City> city = client.chat().completions().create(form);
        assertThat(city.choices().getFirst().message().content().orElseThrow().name)
                .isNotEmpty();

        ChatCompletion calling = client.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model(insula.model())
                        .addUserMessage("Name a city.")
                        .addTool(City.class)
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                        .parallelToolCalls(false)
                        .temperature(0)
                        .maxCompletionTokens(150)
                        .build());
        City called = calling.choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction()
                .function()
                .arguments(City.class);
        assertThat(called.name).isNotEmpty();
    }
}
