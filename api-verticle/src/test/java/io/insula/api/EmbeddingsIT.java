package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams.EncodingFormat;
import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.Awaiting;
import io.insula.api.support.OpenAiSchemas;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedEmbedder;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.EmbedCommand;
import io.insula.store.UsageEntry;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingsIT {

    private ApiFixture api;
    private ScriptedEmbedder embedder;

    @BeforeEach
    void start() throws Exception {
        api = new ApiFixture(HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0), DispatchConfig.DEFAULT);
        embedder = new ScriptedEmbedder(api.vertx, "embedder-1", 0);
        Awaiting.until(() -> post("/v1", "{\"model\":\"test-embedder\",\"input\":\"known?\"}")
                        .statusCode()
                == 200);
        embedder.commands().clear();
        api.ledger.clear();
    }

    @AfterEach
    void stop() {
        api.close();
    }

    @Test
    void theOfficialClientEmbedsOnBothBaseUrls() {
        for (String base : List.of("/v1", ApiFixture.tenantPath(""))) {
            CreateEmbeddingResponse answer = client(base).embeddings().create(params("ab", "abcd"));

            assertThat(answer.data()).hasSize(2);
            assertThat(answer.data().get(1).index()).isEqualTo(1);
            assertThat(answer.data().get(1).embedding()).containsExactly(4f, -0.5f, 1e-9f);
            assertThat(answer.model()).isEqualTo("test-embedder");
            assertThat(answer.usage().promptTokens()).isEqualTo(6);
            assertThat(answer.usage().totalTokens()).isEqualTo(6);
        }
    }

    @Test
    void theModelIsListed() {
        assertThat(client("/v1").models().list().data())
                .anyMatch(model -> model.id().equals("test-embedder"));
    }

    @Test
    void theAnswerIsOfOpenAisSchemaAndBase64IsTheSameVector() {
        String numbers = post("/v1", "{\"model\":\"test-embedder\",\"input\":\"abc\",\"user\":\"u\",\"dimensions\":3}")
                .body();
        String coded = post("/v1", "{\"model\":\"test-embedder\",\"input\":[\"abc\"],\"encoding_format\":\"base64\"}")
                .body();

        JsonObject answer = OpenAiSchemas.valid("CreateEmbeddingResponse", numbers);
        assertThat(answer.getJsonArray("data").getJsonObject(0).getJsonArray("embedding"))
                .containsExactly(3.0, -0.5, 1e-9);
        String text =
                new JsonObject(coded).getJsonArray("data").getJsonObject(0).getString("embedding");
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getDecoder().decode(text)).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(List.of(bytes.getFloat(), bytes.getFloat(), bytes.getFloat()))
                .containsExactly(3f, -0.5f, 1e-9f);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void manyTextsGoToTheEnginePartByPartAndComeBackInTheirOrder() throws Exception {
        List<String> texts =
                IntStream.range(0, 100).mapToObj(i -> "x".repeat(i + 1)).toList();

        CreateEmbeddingResponse answer = client("/v1")
                .embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("test-embedder")
                        .inputOfArrayOfStrings(texts)
                        .encodingFormat(EncodingFormat.FLOAT)
                        .build());

        assertThat(answer.data().stream().map(data -> data.embedding().getFirst()))
                .isEqualTo(texts.stream().map(text -> (float) text.length()).toList());
        List<Integer> sizes = new ArrayList<>();
        for (EmbedCommand command : embedder.commands()) {
            sizes.add(command.texts().size());
        }
        assertThat(sizes).containsExactly(32, 32, 32, 4);
        UsageEntry entry = api.ledger.poll(10, TimeUnit.SECONDS);
        assertThat(entry).isNotNull();
        assertThat(entry.promptTokens()).isEqualTo(5050);
        assertThat(entry.completionTokens()).isZero();
        assertThat(entry.model()).isEqualTo(ScriptedEmbedder.MODEL);
        assertThat(entry.config()).isNull();
        assertThat(entry.finish()).isEqualTo("stop");
        assertThat(entry.tenant()).isEqualTo(ApiFixture.TENANT);
        assertThat(api.ledger).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{\"model\":\"test-embedder\"}|input|missing",
                "{\"input\":\"a\"}|model|missing",
                "{\"model\":\"\",\"input\":\"a\"}|model|0 characters",
                "{\"model\":\"test-embedder\",\"input\":[]}|input|[] (expected: a string or an array of 1..2048",
                "{\"model\":\"test-embedder\",\"input\":\"\"}|input|a string that is not empty",
                "{\"model\":\"test-embedder\",\"input\":[\"a\",\"\"]}|input[1]|a string that is not empty",
                "{\"model\":\"test-embedder\",\"input\":[1,2]}|input[0]|token ids (expected: text",
                "{\"model\":\"test-embedder\",\"input\":[[1,2]]}|input[0]|token ids (expected: text",
                "{\"model\":\"test-embedder\",\"input\":{}}|input|an object",
                "{\"model\":\"test-embedder\",\"input\":[null]}|input[0]|null",
                "{\"model\":\"test-embedder\",\"input\":\"\\ud800\"}|input|unpaired surrogate",
                "{\"model\":\"test-embedder\",\"input\":\"a\",\"encoding_format\":\"int8\"}|encoding_format|\"int8\"",
                "{\"model\":\"test-embedder\",\"input\":\"a\",\"dimensions\":2}|dimensions|absent or 3",
                "{\"model\":\"test-embedder\",\"input\":\"a\",\"dimensions\":0}|dimensions|an integer",
                "{\"model\":\"test-embedder\",\"input\":\"a\",\"user\":1}|user|a string"
            })
    void namesTheFieldAtFault(String body, String param, String message) {
        HttpResponse<String> response = post("/v1", body);

        assertThat(response.statusCode()).isEqualTo(400);
        JsonObject error = OpenAiSchemas.valid("ErrorResponse", response.body()).getJsonObject("error");
        assertThat(error.getString("param")).isEqualTo(param);
        assertThat(error.getString("message")).contains(message);
        assertThat(embedder.commands()).isEmpty();
        assertThat(api.ledger).isEmpty();
    }

    @Test
    void moreTextsThanAllowedAreRefused() {
        String body = "{\"model\":\"test-embedder\",\"input\":[\"a\"" + ",\"a\"".repeat(2048) + "]}";

        assertThat(post("/v1", body).body()).contains("2049 strings (expected:");
    }

    @Test
    void aTextThatIsTooLongIsNamedByItsPlaceInTheRequest() {
        embedder.script((command, message) -> message.reply(
                command.texts().contains("long")
                        ? new Rejected(Reason.CONTEXT_LENGTH_EXCEEDED, "too long", "texts[3]", 0)
                        : ScriptedEmbedder.embedded(command)));
        List<String> texts = new ArrayList<>(java.util.Collections.nCopies(40, "a"));
        texts.set(35, "long");

        assertThatThrownBy(() -> client("/v1").embeddings().create(params(texts.toArray(String[]::new))))
                .isInstanceOfSatisfying(BadRequestException.class, e -> {
                    assertThat(e.param()).hasValue("input[35]");
                    assertThat(e.code()).hasValue("context_length_exceeded");
                });
        assertThat(api.ledger.poll()).extracting(UsageEntry::finish).isEqualTo("error");
    }

    @Test
    void anUnknownModelIsNotFoundAndAConfigIsNoEmbeddingModel() {
        for (String model : List.of("absent", "helper", "x".repeat(200))) {
            assertThatThrownBy(() -> client("/v1")
                            .embeddings()
                            .create(params("a").toBuilder().model(model).build()))
                    .isInstanceOfSatisfying(
                            NotFoundException.class, e -> assertThat(e.code()).hasValue("model_not_found"));
        }
    }

    @Test
    void anOverloadedEngineIsFollowedByTheNextAndNoneLeftIs503() {
        ScriptedEmbedder busier = new ScriptedEmbedder(api.vertx, "embedder-2", 50);
        embedder.answer(new Rejected(Reason.OVERLOADED, "full", null, 2500));
        Awaiting.until(() ->
                post("/v1", "{\"model\":\"test-embedder\",\"input\":\"a\"}").statusCode() == 200);
        assertThat(busier.commands()).isNotEmpty();

        busier.answer(new Rejected(Reason.DRAINING, "leaving", null, 0));
        HttpResponse<String> refused = post("/v1", "{\"model\":\"test-embedder\",\"input\":\"a\"}");

        assertThat(refused.statusCode()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).hasValue("3");
        busier.close();
    }

    @Test
    void anEngineThatFailedIsA500WithItsReason() {
        embedder.script((command, message) -> message.fail(500, "the embedding engine failed"));

        HttpResponse<String> response =
                post(ApiFixture.tenantPath(""), "{\"model\":\"test-embedder\",\"input\":\"a\"}");

        assertThat(response.statusCode()).isEqualTo(500);
        assertThat(response.body()).contains("the embedding engine failed", "\"Error\":\"InternalError\"");
    }

    @Test
    void theKeyAndTheTenantAreCheckedAsForChat() throws Exception {
        assertThat(api.client
                        .send(
                                api.post("/v1.0/tenants/" + ApiFixture.TENANT_B + "/assistant/openai/embeddings", "{}")
                                        .build(),
                                HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
        assertThat(api.client
                        .send(api.get("/v1/embeddings").build(), HttpResponse.BodyHandlers.ofString())
                        .headers()
                        .firstValue("Allow"))
                .hasValue("POST");
        assertThat(embedder.commands()).isEmpty();
    }

    @Test
    void nothingMoreIsSentOnceTheClientHasLeft() throws Exception {
        java.util.concurrent.CompletableFuture<Runnable> held = new java.util.concurrent.CompletableFuture<>();
        embedder.script((command, message) -> held.complete(() -> message.reply(ScriptedEmbedder.embedded(command))));
        String body = "{\"model\":\"test-embedder\",\"input\":[\"a\"" + ",\"a\"".repeat(63) + "]}";
        try (RawClient client = new RawClient(api.port)) {
            client.send("POST /v1/embeddings HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ApiFixture.KEY
                    + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
            held.get(10, TimeUnit.SECONDS);
        }
        Awaiting.until(() ->
                api.meters.find("insula.api.requests").tag("status", "499").timer() != null);
        held.get().run();

        UsageEntry entry = api.ledger.poll(10, TimeUnit.SECONDS);
        assertThat(entry).as("what the engine did is accounted").isNotNull();
        assertThat(entry.finish()).isEqualTo("cancelled");
        assertThat(entry.promptTokens()).isEqualTo(32);
        assertThat(embedder.commands()).hasSize(1);
        assertThat(api.ledger).isEmpty();
    }

    private HttpResponse<String> post(String base, String body) {
        try {
            return api.client.send(api.post(base + "/embeddings", body).build(), HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private OpenAIClient client(String base) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(api.uri(base).toString())
                .apiKey(ApiFixture.KEY)
                .maxRetries(0)
                .build();
    }

    private static EmbeddingCreateParams params(String... texts) {
        return EmbeddingCreateParams.builder()
                .model("test-embedder")
                .inputOfArrayOfStrings(List.of(texts))
                .build();
    }
}
