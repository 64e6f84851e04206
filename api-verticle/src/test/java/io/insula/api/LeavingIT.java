package io.insula.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.auth.AdminKey;
import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.ClusterPage;
import io.insula.api.http.HttpConfig;
import io.insula.api.support.Awaiting;
import io.insula.api.support.MemoryStore;
import io.insula.api.support.RawClient;
import io.insula.api.support.ScriptedNode;
import io.insula.api.vizra.VizraModels;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TenantId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A node that is about to stop, and the page that shows the cluster. */
class LeavingIT {

    private static final String KEY = "key-of-tenant-a";
    private static final String ADMIN_KEY = "insula-admin-0123456789abcdef0123456789abcdef";
    private static final TenantId TENANT = new TenantId(UUID.fromString("11111111-1111-4111-8111-111111111111"));
    private static final int LIMIT_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private ApiVerticle.Instances instances;
    private String deployment;
    private ScriptedNode engine;

    @BeforeEach
    void start() throws Exception {
        ProtocolCodecs.registerAll(vertx.eventBus());
        MemoryStore store = new MemoryStore();
        store.key(KEY, TENANT, false);
        store.config(TENANT, "helper", "You help.");
        ApiSettings settings = new ApiSettings(
                new NodeId("api-1"),
                HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0),
                DispatchConfig.DEFAULT,
                VizraModels.DEFAULT,
                Duration.ofSeconds(LIMIT_SECONDS),
                store,
                store,
                entry -> {},
                new SimpleMeterRegistry());
        instances = ApiVerticle.instances(
                settings, new ClusterPage(AdminKey.of(ADMIN_KEY), () -> new JsonObject().put("object", "list")));
        // Two of them: they share the free port that they are told to take.
        deployment = vertx.deployVerticle(instances, new DeploymentOptions().setInstances(2))
                .await(LIMIT_SECONDS, TimeUnit.SECONDS);
        engine = new ScriptedNode(vertx, "engine-1");
    }

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private String get(String path, String authorization, String end) throws IOException {
        return new RawClient(instances.port())
                .send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: " + authorization + "\r\n\r\n")
                .readUntil(end);
    }

    @Test
    void showsTheClusterToTheHolderOfTheAdminKey() throws IOException {
        assertThat(get("/v1.0/cluster", "Bearer " + ADMIN_KEY, "}"))
                .startsWith("HTTP/1.1 200")
                .contains("no-store")
                .endsWith("{\"object\":\"list\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer " + KEY,
                "Bearer ",
                "Bearer insula-admin-0123456789abcdef0123456789abcdeX",
                "Bearer insula-admin-0123456789abcdef0123456789abcde",
                "Basic " + ADMIN_KEY,
                ADMIN_KEY
            })
    void showsItToNobodyElse(String authorization) throws IOException {
        assertThat(get("/v1.0/cluster", authorization, "}"))
                .startsWith("HTTP/1.1 401")
                .doesNotContain("object\":\"list");
    }

    @Test
    void theAdminKeyOpensNothingOfATenant() throws IOException {
        assertThat(get("/v1.0/tenants/" + TENANT + "/assistant/openai/models", "Bearer " + ADMIN_KEY, "}}"))
                .startsWith("HTTP/1.1 401");
    }

    @Test
    void answersAndClosesOnceItIsAboutToStop() throws IOException {
        try (RawClient client = new RawClient(instances.port())) {
            String request = "GET /v1/models HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + KEY + "\r\n\r\n";
            assertThat(client.send(request).readUntil("]}"))
                    .startsWith("HTTP/1.1 200")
                    .doesNotContain("close");

            instances.leave();

            assertThat(client.send(request).readAll())
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("connection: close")
                    .endsWith("}");
        }
    }

    @Test
    void saysGoAwayOnceItIsAboutToStopAndStillAnswers() throws Exception {
        CompletableFuture<Long> goAway = new CompletableFuture<>();
        HttpClientAgent client = http2(goAway);
        instances.leave();

        Buffer body = client.request(HttpMethod.GET, instances.port(), "127.0.0.1", "/v1/models")
                .compose(request ->
                        request.putHeader("Authorization", "Bearer " + KEY).send())
                .compose(response -> response.body())
                .await(LIMIT_SECONDS, TimeUnit.SECONDS);

        assertThat(body.toString()).contains("\"data\":[");
        assertThat(goAway.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
    }

    @Test
    void letsARunningStreamEndAfterGoAway() throws Exception {
        CompletableFuture<GenerateCommand> asked = new CompletableFuture<>();
        engine.script((node, command, reply) -> {
            ScriptedNode.stall("Hello").play(node, command, reply);
            asked.complete(command);
        });
        CompletableFuture<Long> goAway = new CompletableFuture<>();
        HttpClientAgent client = http2(goAway);
        Awaiting.until(() -> engine.running() > 0 || models().contains("test-model"));
        Future<Buffer> answer = client.request(HttpMethod.POST, instances.port(), "127.0.0.1", "/v1/chat/completions")
                .compose(request -> request.putHeader("Authorization", "Bearer " + KEY)
                        .putHeader("Content-Type", "application/json")
                        .send(Buffer.buffer("{\"model\":\"helper\",\"stream\":true,"
                                + "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")))
                .compose(response -> response.body());
        GenerateCommand command = asked.get(LIMIT_SECONDS, TimeUnit.SECONDS);

        Future<Void> stopped = vertx.undeploy(deployment);

        assertThat(goAway.get(LIMIT_SECONDS, TimeUnit.SECONDS)).isZero();
        assertThat(answer.isComplete()).isFalse();
        engine.send(
                command,
                ScriptedNode.delta(command, 1, " world"),
                ScriptedNode.finish(command, 2, FinishReason.STOP),
                ScriptedNode.end(command, 3, Outcome.COMPLETED, 2));
        assertThat(answer.await(LIMIT_SECONDS, TimeUnit.SECONDS).toString())
                .contains("Hello")
                .contains(" world")
                .contains("data: [DONE]");
        stopped.await(LIMIT_SECONDS, TimeUnit.SECONDS);
    }

    private String models() {
        try {
            return get("/v1/models", "Bearer " + KEY, "]}");
        } catch (IOException e) {
            return "";
        }
    }

    private HttpClientAgent http2(CompletableFuture<Long> goAway) {
        return vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setProtocolVersion(HttpVersion.HTTP_2)
                        .setHttp2ClearTextUpgrade(false))
                .withConnectHandler(
                        connection -> connection.goAwayHandler(told -> goAway.complete(told.getErrorCode())))
                .build();
    }
}
