package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.InternalServerException;
import com.openai.errors.NotFoundException;
import com.openai.errors.SseException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.ScriptedNode;
import io.insula.protocol.Admission;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.store.UsageEntry;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The official client is the judge of what "OpenAI compatible" means. */
class OpenAiClientIT {

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
    void completesOnBothBaseUrls() {
        for (String base : List.of("/v1", ApiFixture.tenantPath(""))) {
            ChatCompletion answer =
                    client(base, ApiFixture.KEY).chat().completions().create(params("helper"));

            assertThat(answer.choices().getFirst().message().content()).hasValue("Hello world");
            assertThat(answer.model()).isEqualTo("helper");
            assertThat(answer.usage().orElseThrow().totalTokens()).isEqualTo(9);
        }
    }

    @Test
    void streamsWithUsage() {
        ChatCompletionCreateParams params = params("helper").toBuilder()
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build();
        List<ChatCompletionChunk> chunks;
        try (StreamResponse<ChatCompletionChunk> stream =
                client("/v1", ApiFixture.KEY).chat().completions().createStreaming(params)) {
            chunks = stream.stream().toList();
        }

        assertThat(chunks.stream()
                        .flatMap(chunk -> chunk.choices().stream())
                        .flatMap(choice -> choice.delta().content().stream())
                        .collect(Collectors.joining()))
                .isEqualTo("Hello world");
        assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isEqualTo(2);
    }

    @Test
    void getsSeveralChoicesWithLogProbabilities() {
        api.node.script(SamplingControlsIT::twoChoices);
        ChatCompletionCreateParams params =
                params("helper").toBuilder().n(2).logprobs(true).topLogprobs(2).build();
        OpenAIClient client = client("/v1", ApiFixture.KEY);

        ChatCompletion answer = client.chat().completions().create(params);

        assertThat(answer.choices())
                .extracting(choice -> choice.message().content().orElseThrow())
                .containsExactly("one", "another");
        assertThat(answer.choices().get(1).finishReason()).isEqualTo(ChatCompletion.Choice.FinishReason.LENGTH);
        var tokens = answer.choices().get(1).logprobs().orElseThrow().content().orElseThrow();
        assertThat(tokens).extracting(token -> token.token()).containsExactly("an", "other");
        assertThat(tokens).extracting(token -> token.logprob()).containsExactly(-0.75, -1.0e-5);
        assertThat(tokens.getFirst().topLogprobs()).hasSize(2);

        try (StreamResponse<ChatCompletionChunk> stream =
                client.chat().completions().createStreaming(params)) {
            List<ChatCompletionChunk.Choice> chunks =
                    stream.stream().flatMap(chunk -> chunk.choices().stream()).toList();
            for (int index = 0; index < 2; index++) {
                int choice = index;
                assertThat(chunks.stream()
                                .filter(chunk -> chunk.index() == choice)
                                .flatMap(chunk -> chunk.delta().content().stream())
                                .collect(Collectors.joining()))
                        .isEqualTo(choice == 0 ? "one" : "another");
            }
            assertThat(chunks.stream()
                            .flatMap(chunk -> chunk.logprobs().stream())
                            .flatMap(logprobs -> logprobs.content().orElseThrow().stream())
                            .mapToDouble(token -> token.logprob())
                            .sum())
                    .isEqualTo(-0.25 - 0.75 - 1.0e-5);
        }
    }

    @Test
    void listsAndReadsModels() {
        OpenAIClient client = client("/v1", ApiFixture.KEY);

        assertThat(client.models().list().data())
                .extracting(model -> model.id())
                .containsExactly(api.config.id().toString(), "test-model");
        assertThat(client.models().retrieve("helper").id())
                .isEqualTo(api.config.id().toString());
        assertThat(client.models().retrieve("test-model").id()).isEqualTo("test-model");
    }

    @Test
    void aBaseModelMayBeNamedDirectlyAndHasNoPrompt() throws Exception {
        ChatCompletion answer =
                client("/v1", ApiFixture.KEY).chat().completions().create(params("test-model"));

        assertThat(answer.model()).isEqualTo("test-model");
        GenerateCommand command = api.node.commands().poll(10, TimeUnit.SECONDS);
        assertThat(command).isNotNull();
        assertThat(command.config()).isNull();
        assertThat(command.tenant()).isEqualTo(ApiFixture.TENANT);
        assertThat(command.messages()).containsExactly(new ChatMessage("user", "Hi"));
        assertThat(api.ledger.poll(10, TimeUnit.SECONDS))
                .extracting(UsageEntry::config, UsageEntry::model)
                .containsExactly(null, command.model());
    }

    @Test
    void mapsErrorsToItsExceptions() {
        OpenAIClient client = client("/v1", ApiFixture.KEY);

        assertThatThrownBy(() -> client("/v1", "no-such-key").models().list())
                .isInstanceOf(UnauthorizedException.class);
        assertThatThrownBy(() -> client.chat().completions().create(params("absent")))
                .isInstanceOfSatisfying(
                        NotFoundException.class, e -> assertThat(e.code()).hasValue("model_not_found"))
                .hasMessageContaining("The model 'absent' does not exist or you do not have access to it.");
        assertThatThrownBy(() -> client.chat()
                        .completions()
                        .create(params("helper").toBuilder().temperature(3.5).build()))
                .isInstanceOfSatisfying(
                        BadRequestException.class, e -> assertThat(e.param()).hasValue("temperature"))
                .hasMessageContaining("temperature: 3.5 (expected: 0..2)");
        api.node.script(ScriptedNode.reject(Admission.Reason.OVERLOADED, 0));
        assertThatThrownBy(() -> client.chat().completions().create(params("helper")))
                .isInstanceOfSatisfying(
                        InternalServerException.class,
                        e -> assertThat(e.statusCode()).isEqualTo(503));
    }

    @Test
    void hearsOfAFailureInTheMiddleOfAStream() {
        api.node.script((node, command, reply) -> {
            reply.reply(new Admission.Accepted(7));
            node.send(command, ScriptedNode.delta(command, 0, "so far"));
            node.send(command, ScriptedNode.end(command, 1, Outcome.FAILED, 1));
        });

        assertThatThrownBy(() -> {
                    try (StreamResponse<ChatCompletionChunk> stream =
                            client("/v1", ApiFixture.KEY).chat().completions().createStreaming(params("helper"))) {
                        assertThat(stream.stream().toList()).isNotNull();
                    }
                })
                .isInstanceOf(SseException.class)
                .hasMessageContaining("the engine broke for a test");
    }

    private OpenAIClient client(String base, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(api.uri(base).toString())
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static ChatCompletionCreateParams params(String model) {
        return ChatCompletionCreateParams.builder()
                .model(model)
                .addUserMessage("Hi")
                .build();
    }
}
