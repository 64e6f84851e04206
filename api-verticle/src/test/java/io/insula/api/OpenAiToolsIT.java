package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonClassDescription;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionNamedToolChoice;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.chat.completions.StructuredChatCompletionCreateParams;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.ToolCall;
import io.insula.protocol.ToolChoice;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The official client with its typed tools, typed answers and its accumulator of chunks. */
class OpenAiToolsIT {

    private ApiFixture api;
    private OpenAIClient client;

    /** A tool of the client's. */
    @JsonClassDescription("Tells the weather.")
    public static final class Weather {
        public String city = "";
        public int days;
    }

    /** A typed answer. */
    public static final class Verdict {
        public boolean rain;
        public List<String> reasons = List.of();
    }

    @BeforeEach
    void start() throws Exception {
        api = ApiFixture.withDefaults();
        client = OpenAIOkHttpClient.builder()
                .baseUrl(api.uri("/v1").toString())
                .apiKey(ApiFixture.KEY)
                .maxRetries(0)
                .build();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void aWholeAnswersCallIsReadAsTheToolsClassAndAnswered() throws Exception {
        api.node.script(ScriptedNode.call("Hm.", "", List.of("Weather"), "{\"city\":\"Rome\",", "\"days\":2}"));
        ChatCompletionCreateParams.Builder params = params().addTool(Weather.class);

        ChatCompletion.Choice choice =
                client.chat().completions().create(params.build()).choices().getFirst();

        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertCall(choice.message());
        assertThat(choice.message()._allProperties().get("reasoning_content")).isEqualTo(JsonValue.from("Hm."));
        GenerateCommand asked = command();
        assertThat(asked.tools().choice()).isEqualTo(new ToolChoice.Auto());
        var definition = asked.tools().definitions().getFirst();
        assertThat(definition.name()).isEqualTo("Weather");
        assertThat(definition.description()).isEqualTo("Tells the weather.");
        assertThat(definition.strict()).isTrue();
        assertThat(new JsonObject(definition.parameters())
                        .getJsonObject("properties")
                        .fieldNames())
                .containsExactlyInAnyOrder("city", "days");

        api.node.script(ScriptedNode.answer("Sunny."));
        ChatCompletion answer = client.chat()
                .completions()
                .create(params.addMessage(choice.message())
                        .addMessage(ChatCompletionToolMessageParam.builder()
                                .toolCallId("call_0")
                                .content("sun")
                                .build())
                        .build());

        assertThat(answer.choices().getFirst().message().content()).hasValue("Sunny.");
        assertThat(command().messages())
                .endsWith(
                        new ChatMessage(
                                "assistant",
                                "",
                                "",
                                List.of(new ToolCall("call_0", "Weather", "{\"city\":\"Rome\",\"days\":2}")),
                                "",
                                ""),
                        new ChatMessage("tool", "sun", "", List.of(), "call_0", "Weather"));
    }

    @Test
    void itsAccumulatorPutsAStreamedCallTogether() {
        api.node.script(ScriptedNode.call("Hm.", "", List.of("Weather"), "{\"city\":\"Rome\",", "\"days\":", "2}"));

        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream = client.chat()
                .completions()
                .createStreaming(params().addTool(Weather.class).build())) {
            stream.stream().forEach(accumulator::accumulate);
        }

        ChatCompletion.Choice choice = accumulator.chatCompletion().choices().getFirst();
        assertThat(choice.finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.TOOL_CALLS);
        assertCall(choice.message());
    }

    @Test
    void choicesOfToolsAreUnderstoodAsItWritesThem() throws Exception {
        api.node.script(ScriptedNode.call("", "", List.of("Weather"), "{}"));
        client.chat()
                .completions()
                .create(params().addTool(Weather.class)
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                        .parallelToolCalls(false)
                        .build());
        GenerateCommand required = command();
        assertThat(required.tools().choice()).isEqualTo(new ToolChoice.Required());
        assertThat(required.tools().parallel()).isFalse();

        client.chat()
                .completions()
                .create(params().addTool(Weather.class)
                        .toolChoice(ChatCompletionNamedToolChoice.builder()
                                .function(ChatCompletionNamedToolChoice.Function.builder()
                                        .name("Weather")
                                        .build())
                                .build())
                        .reasoningEffort(ReasoningEffort.NONE)
                        .build());
        GenerateCommand named = command();
        assertThat(named.tools().choice()).isEqualTo(new ToolChoice.Named("Weather"));
        assertThat(named.templateArguments()).isEqualTo("{\"reasoning_effort\":\"none\",\"enable_thinking\":false}");
    }

    @Test
    void aTypedAnswerIsAskedForByItsSchemaAndRead() throws Exception {
        api.node.script(ScriptedNode.answer("{\"rain\":true,", "\"reasons\":[\"clouds\"]}"));
        StructuredChatCompletionCreateParams<Verdict> params =
                params().responseFormat(Verdict.class).build();

        Verdict whole = client.chat()
                .completions()
                .create(params)
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();
        assertThat(whole.rain).isTrue();
        assertThat(whole.reasons).containsExactly("clouds");
        assertThat(command().form()).isInstanceOfSatisfying(ResponseForm.JsonSchema.class, form -> {
            assertThat(form.strict()).isTrue();
            assertThat(new JsonObject(form.schema()).getJsonObject("properties").fieldNames())
                    .containsExactlyInAnyOrder("rain", "reasons");
        });

        ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params.rawParams())) {
            stream.stream().forEach(accumulator::accumulate);
        }
        Verdict streamed = accumulator
                .chatCompletion(Verdict.class)
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();
        assertThat(streamed.reasons).containsExactly("clouds");
    }

    @Test
    void aSchemaThatAnEngineRefusesIsABadRequestWithItsParam() {
        api.node.script((node, command, reply) -> reply.reply(new Admission.Rejected(
                Admission.Reason.INVALID_REQUEST, "response_format: /a: not supported", "response_format", 0)));

        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(params().responseFormat(Verdict.class).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).hasValue("response_format"))
                .hasMessageContaining("/a: not supported");
    }

    private static void assertCall(ChatCompletionMessage message) {
        assertThat(message.content().filter(content -> !content.isEmpty())).isEmpty();
        var call = message.toolCalls().orElseThrow().getFirst().asFunction();
        assertThat(call.id()).isEqualTo("call_0");
        Weather weather = Objects.requireNonNull(call.function().arguments(Weather.class));
        assertThat(weather.city).isEqualTo("Rome");
        assertThat(weather.days).isEqualTo(2);
    }

    private GenerateCommand command() throws InterruptedException {
        return Objects.requireNonNull(api.node.commands().poll(5, TimeUnit.SECONDS));
    }

    private static ChatCompletionCreateParams.Builder params() {
        return ChatCompletionCreateParams.builder().model("helper").addUserMessage("Hi");
    }
}
