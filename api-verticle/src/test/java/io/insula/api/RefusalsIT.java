package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.support.ApiFixture;
import io.insula.api.support.OpenAiSchemas;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsIT {

    private static ApiFixture api;

    @BeforeAll
    static void start() throws Exception {
        api = ApiFixture.withDefaults();
    }

    @AfterAll
    static void stop() throws Exception {
        api.close();
    }

    @BeforeEach
    void forgetCalls() {
        api.store.takeCalls();
    }

    @Test
    void anUnknownKeyAndAnotherTenantsKeyAreOneRefusalAfterTheSameWork() throws Exception {
        String path = ApiFixture.tenantPath("/chat/completions");
        HttpResponse<String> unknown = send(withKey(path, "Bearer no-such-key"));
        List<String> unknownCalls = api.store.takeCalls();
        HttpResponse<String> foreign = send(withKey(path, "Bearer " + ApiFixture.KEY_B));
        List<String> foreignCalls = api.store.takeCalls();

        assertThat(unknown.statusCode()).isEqualTo(401);
        assertSameAnswer(foreign, unknown);
        assertThat(foreignCalls).isEqualTo(unknownCalls).containsExactly("key");
        JsonObject body = OpenAiSchemas.valid("ErrorResponse", unknown.body());
        assertThat(body.getString("Error")).isEqualTo("AuthenticationFailed");
        assertThat(body.getInteger("StatusCode")).isEqualTo(401);
        assertThat(body.containsKey("Context")).isTrue();
        assertThat(body.getValue("Context")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic a2V5",
                "Bearer",
                "Bearer ",
                "key-of-tenant-a",
                "Bearer ' OR 1=1--",
                "Bearer %00",
                "bearer\tkey-of-tenant-a",
                "Bearer key-of-tenant-a, Bearer key-of-tenant-a"
            })
    void aMalformedCredentialIsTheSameRefusal(String header) throws Exception {
        HttpResponse<String> malformed = send(withKey("/v1/chat/completions", header));
        HttpResponse<String> unknown = send(withKey("/v1/chat/completions", "Bearer no-such-key"));

        assertSameAnswer(malformed, unknown);
        assertThat(malformed.statusCode()).isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"not-a-guid", "11111111-1111-4111-8111-11111111111", "1-1-1-1-1", "..%2f", "%00"})
    void aMalformedTenantIsTheSameRefusal(String tenant) throws Exception {
        HttpResponse<String> malformed = send(
                withKey("/v1.0/tenants/" + tenant + "/assistant/openai/chat/completions", "Bearer " + ApiFixture.KEY));
        HttpResponse<String> unknown = send(withKey(ApiFixture.tenantPath("/chat/completions"), "Bearer no-such-key"));

        assertSameAnswer(malformed, unknown);
    }

    @Test
    void anAbsentConfigAndAForeignOneAreOneRefusalAfterTheSameWork() throws Exception {
        String foreign = api.configOfB.id().toString();
        String absent = UUID.randomUUID().toString();
        HttpResponse<String> absentAnswer = send(api.post("/v1/chat/completions", ApiFixture.chat(absent, false)));
        List<String> absentCalls = api.store.takeCalls();
        HttpResponse<String> foreignAnswer = send(api.post("/v1/chat/completions", ApiFixture.chat(foreign, false)));
        List<String> foreignCalls = api.store.takeCalls();

        assertThat(foreignAnswer.statusCode()).isEqualTo(404);
        assertThat(foreignAnswer.body().replace(foreign, "X"))
                .isEqualTo(absentAnswer.body().replace(absent, "X"));
        assertThat(foreignCalls).isEqualTo(absentCalls);
        HttpResponse<String> model = send(api.get("/v1/models/" + foreign));
        assertThat(model.statusCode()).isEqualTo(404);
        assertThat(model.body()).isEqualTo(foreignAnswer.body());
        assertThat(OpenAiSchemas.valid("ErrorResponse", model.body())
                        .getJsonObject("error")
                        .getString("code"))
                .isEqualTo("model_not_found");
    }

    @Test
    void modelsAreTheTenantsOwn() throws Exception {
        JsonObject list = OpenAiSchemas.valid(
                "ListModelsResponse",
                send(api.get(ApiFixture.tenantPath("/models/"))).body());
        assertThat(list.getJsonArray("data"))
                .as("the config and the base model")
                .hasSize(2);
        assertThat(list.getJsonArray("data").getJsonObject(0).getString("id"))
                .isEqualTo(api.config.id().toString());
        HttpResponse<String> byName = send(api.get("/v1/models/helper"));
        assertThat(OpenAiSchemas.valid("Model", byName.body()).getLong("created"))
                .isEqualTo(1767323045L);
        HttpResponse<String> nul = send(api.get("/v1/models/a%00b"));
        assertThat(nul.statusCode()).isEqualTo(404);
    }

    @Test
    void twoValidCredentialsOfDifferentPrincipalsAreRefused() throws Exception {
        assertThat(send(api.get("/v1/models").header("x-token", ApiFixture.KEY_B))
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(api.get("/v1/models").header("x-token", ApiFixture.KEY)).statusCode())
                .isEqualTo(200);
        assertThat(send(HttpRequest.newBuilder(api.uri("/v1/models"))
                                .header("Authorization", "Bearer no-such-key")
                                .header("x-token", ApiFixture.KEY))
                        .statusCode())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "X-Forwarded-For, 127.0.0.1",
        "Origin, https://evil.example",
        "Via, 1.1 x",
        "CF-Ray, 1",
    })
    void theBuiltInKeyIsRefusedToWhoeverIsNotThisMachine(String name, String value) throws Exception {
        HttpRequest.Builder local =
                HttpRequest.newBuilder(api.uri("/v1/models")).header("Authorization", "Bearer default");
        assertThat(send(local.copy()).statusCode()).isEqualTo(200);

        HttpResponse<String> refused = send(local.copy().header(name, value));
        assertSameAnswer(
                refused, send(HttpRequest.newBuilder(api.uri("/v1/models")).header("Authorization", "Bearer x")));
    }

    @Test
    void theBuiltInKeyIsRefusedOnAServerThatListensEverywhere() throws Exception {
        try (ApiFixture open = new ApiFixture(
                HttpConfig.DEFAULT.listeningOn("0.0.0.0", 0).withKeylessLoopback(true), DispatchConfig.DEFAULT)) {
            assertThat(send(HttpRequest.newBuilder(open.uri("/v1/models")).header("Authorization", "Bearer default"))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(send(HttpRequest.newBuilder(open.uri("/v1/models"))).statusCode())
                    .isEqualTo(401);
            assertThat(send(open.get("/v1/models")).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void keylessRoutesAreThoseTwoAndOnlyWhenSwitchedOn() throws Exception {
        String chat = "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
        HttpRequest.Builder vizra = HttpRequest.newBuilder(api.uri("/api/vizra-adk/chat/completions"))
                .POST(BodyPublishers.ofString(chat));
        HttpResponse<String> refused = send(vizra);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(new JsonObject(refused.body()).getJsonObject("error").fieldNames())
                .containsExactlyInAnyOrder("message", "type", "code");
        try (ApiFixture keyless = new ApiFixture(
                HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0).withKeylessLoopback(true), DispatchConfig.DEFAULT)) {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(keyless.uri("/api/vizra-adk/chat/completions"))
                    .POST(BodyPublishers.ofString(chat)));
            assertThat(answer.statusCode()).isEqualTo(200);
            JsonObject body = new JsonObject(answer.body());
            assertThat(body.getString("model")).isEqualTo("gpt-4o");
            assertThat(body.getString("id")).matches("chatcmpl-[A-Za-z0-9]{29}");
            assertThat(body.containsKey("system_fingerprint")).isTrue();
            assertThat(send(HttpRequest.newBuilder(keyless.uri("/v1/models"))).statusCode())
                    .isEqualTo(200);
            assertThat(send(HttpRequest.newBuilder(keyless.uri("/v1/models")).header("Origin", "https://evil.example"))
                            .statusCode())
                    .isEqualTo(401);
            assertThat(send(HttpRequest.newBuilder(keyless.uri(
                                    "/v1.0/tenants/00000000-0000-0000-0000-000000000000/assistant/openai/models")))
                            .statusCode())
                    .isEqualTo(401);
        }
    }

    @Test
    void vizraHasNoMessagesOfToolsAndThereforeNoTools() throws Exception {
        for (String tools : List.of(
                "\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}]",
                "\"functions\":[{\"name\":\"f\"}]")) {
            HttpResponse<String> response = send(api.post(
                            "/api/vizra-adk/chat/completions",
                            "{\"model\":\"gpt-4\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]," + tools + "}")
                    .setHeader("Authorization", "Bearer " + ApiFixture.BUILT_IN_KEY));
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).contains("these routes have no messages of tools");
        }
    }

    @Test
    void vizraReportsEveryFieldAtFault() throws Exception {
        HttpResponse<String> response = send(api.post(
                "/api/vizra-adk/chat/completions",
                "{\"messages\":[{\"role\":\"developer\",\"content\":[]}],\"temperature\":3,\"n\":2,\"max_tokens\":0}"));

        assertThat(response.statusCode()).isEqualTo(400);
        JsonObject error = new JsonObject(response.body()).getJsonObject("error");
        assertThat(error.getString("message")).isEqualTo("Invalid request format");
        assertThat(error.getString("type")).isEqualTo("invalid_request_error");
        assertThat(error.getString("code")).isEqualTo("invalid_request");
        assertThat(error.getJsonObject("details").fieldNames())
                .containsExactlyInAnyOrder(
                        "model", "messages.0.role", "messages.0.content", "temperature", "n", "max_tokens");
        HttpResponse<String> noUser = send(api.post(
                "/api/vizra-adk/chat/completions",
                "{\"model\":\"helper\",\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]}"));
        assertThat(new JsonObject(noUser.body()).getJsonObject("error").getString("message"))
                .isEqualTo("No user message found in the conversation");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, GET, POST",
        "/v1/models, DELETE, GET",
        "/v1/models/x, PUT, GET",
        "/api/vizra-adk/chat/completions, GET, POST"
    })
    void aWrongMethodIsNamedWithTheRightOne(String path, String method, String allowed) throws Exception {
        HttpResponse<String> response =
                send(HttpRequest.newBuilder(api.uri(path)).method(method, BodyPublishers.noBody()));

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("allow")).hasValue(allowed);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/completions",
                "/v1/chat/completions/x",
                "/V1/models",
                "/v1/models;x=1",
                "/v1/models.",
                "/invocations",
                "/v1.0/tenants/11111111-1111-4111-8111-111111111111",
                "/api/vizra-adk/models"
            })
    void anUnknownPathIsA404InTheFormOfItsFamily(String path) throws Exception {
        HttpResponse<String> response = send(HttpRequest.newBuilder(api.uri(path)));

        assertThat(response.statusCode()).isEqualTo(404);
        JsonObject body = new JsonObject(response.body());
        assertThat(body.containsKey("StatusCode")).isEqualTo(path.startsWith("/v1.0/"));
        assertThat(body.getJsonObject("error").containsKey("param")).isEqualTo(!path.startsWith("/api/vizra-adk"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"//v1/models", "/v1/%6dodels", "/v1/../v1/models", "/%76%31/models", "/v1/models/"})
    void noSpellingOfAPathGoesAroundTheKey(String path) throws Exception {
        HttpResponse<String> response = send(HttpRequest.newBuilder(api.uri(path)));

        assertThat(response.statusCode()).isIn(401, 404);
    }

    @Test
    void bodiesThatAreNotReadAreNamed() throws Exception {
        String path = ApiFixture.tenantPath("/chat/completions");
        assertRefused(api.post(path, ""), 400, "RequestBodyMissing");
        assertRefused(api.post(path, "{\"model\":"), 400, "DeserializationError");
        assertRefused(api.post(path, "{}"), 400, "RequiredPropertiesMissing");
        assertRefused(api.post(path, api.chat(false)).setHeader("Content-Type", "text/plain"), 415, "BadRequest");
        assertRefused(api.post(path, api.chat(false)).header("Content-Encoding", "gzip"), 415, "BadRequest");
        assertRefused(api.post(path, "x".repeat(HttpConfig.DEFAULT.maxBodyBytes() + 1)), 413, "TooLarge");
        assertRefused(
                api.post(path, "{\"model\":\"helper\",\"GenerationApiKey\":\"sk-secret\",\"messages\":[]}"),
                400,
                "BadRequest");
    }

    @Test
    void aBodyOfAlmostTheLimitIsReadOverAnUpgradedConnection() throws Exception {
        String padding = " ".repeat(900_000);
        HttpResponse<String> response =
                send(api.post("/v1/chat/completions", api.chat(false).replace("\"stream\"", padding + "\"stream\"")));

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void aStoreThatIsDownIsA503AndNotA401() throws Exception {
        api.store.breakDown(true);
        try {
            HttpResponse<String> response = send(api.post("/v1/chat/completions", api.chat(false)));
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("retry-after")).isPresent();
            assertThat(response.body()).doesNotContain("database");
        } finally {
            api.store.breakDown(false);
        }
    }

    private void assertRefused(HttpRequest.Builder request, int status, String error) throws Exception {
        HttpResponse<String> response = send(request);
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("content-type")).hasValue("application/json");
        assertThat(response.headers().firstValue("x-request-id")).isPresent();
        JsonObject body = OpenAiSchemas.valid("ErrorResponse", response.body());
        assertThat(body.getString("Error")).isEqualTo(error);
        assertThat(response.body()).doesNotContain("sk-secret").doesNotContain("Exception");
    }

    private static void assertSameAnswer(HttpResponse<String> answer, HttpResponse<String> expected) {
        assertThat(answer.statusCode()).isEqualTo(expected.statusCode());
        assertThat(answer.body()).isEqualTo(expected.body());
        assertThat(answer.headers().map().keySet())
                .isEqualTo(expected.headers().map().keySet());
    }

    private static HttpRequest.Builder withKey(String path, String authorization) {
        return api.post(path, api.chat(false)).setHeader("Authorization", authorization);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return api.client.send(request.build(), BodyHandlers.ofString());
    }
}
