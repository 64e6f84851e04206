package io.insula.api.support;

import io.insula.api.ApiSettings;
import io.insula.api.ApiVerticle;
import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.dispatch.FailoverConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.vizra.VizraModels;
import io.insula.protocol.NodeId;
import io.insula.protocol.TenantId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.insula.store.AccessKeys;
import io.insula.store.AssistantConfig;
import io.insula.store.AssistantConfigs;
import io.insula.store.UsageEntry;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The HTTP side on a free loopback port, beside one scripted inference node. */
public final class ApiFixture implements AutoCloseable {

    /** Gives an answer up with the first engine that fails, and goes on asking that engine for others. */
    public static final FailoverConfig GIVES_UP =
            new FailoverConfig(FailoverConfig.Unequal.APPROXIMATE, Duration.ofSeconds(15), 1, 16, Duration.ofMillis(1));

    public static final DispatchConfig UNFORGIVING = DispatchConfig.DEFAULT.withFailover(GIVES_UP);

    public static final String KEY = "key-of-tenant-a";
    public static final String KEY_B = "key-of-tenant-b";
    public static final String BUILT_IN_KEY = "default";
    public static final TenantId TENANT = new TenantId(UUID.fromString("11111111-1111-4111-8111-111111111111"));
    public static final TenantId TENANT_B = new TenantId(UUID.fromString("22222222-2222-4222-8222-222222222222"));

    public final Vertx vertx = Vertx.vertx();
    public final MemoryStore store = new MemoryStore();
    public final BlockingQueue<UsageEntry> ledger = new LinkedBlockingQueue<>();
    public final MeterRegistry meters = new SimpleMeterRegistry();
    public final AssistantConfig config;
    public final AssistantConfig configOfB;
    public final ScriptedNode node;
    public final int port;
    public final HttpClient client = HttpClient.newHttpClient();

    public ApiFixture(HttpConfig http, DispatchConfig dispatch) throws Exception {
        ProtocolCodecs.registerAll(vertx.eventBus());
        store.key(KEY, TENANT, false);
        store.key(KEY_B, TENANT_B, false);
        store.key(BUILT_IN_KEY, TenantId.DEFAULT, true);
        config = store.config(TENANT, "helper", "You help.");
        configOfB = store.config(TENANT_B, "other", "You are B's.");
        store.config(TenantId.DEFAULT, "chat_agent", null);
        port = deploy(vertx, "api-1", http, dispatch, store, store, ledger::add, meters);
        node = new ScriptedNode(vertx, "engine-1");
        Awaiting.until(() -> isAnswered(port, KEY, "helper"));
        node.commands().clear();
        ledger.clear();
    }

    /** Whether the server knows its engine already. */
    static boolean isAnswered(int port, String key, String model) {
        String body = chat(model, false);
        try (RawClient probe = new RawClient(port)) {
            return probe.send("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + key
                            + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n"
                            + body)
                    .readUntil("}}")
                    .startsWith("HTTP/1.1 200");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static ApiFixture withDefaults() throws Exception {
        return new ApiFixture(HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0), UNFORGIVING);
    }

    /** Deploys one instance and returns its port. */
    static int deploy(
            Vertx vertx,
            String node,
            HttpConfig http,
            DispatchConfig dispatch,
            AccessKeys keys,
            AssistantConfigs configs,
            Consumer<UsageEntry> ledger,
            MeterRegistry meters)
            throws Exception {
        ApiVerticle.Instances instances = ApiVerticle.instances(new ApiSettings(
                new NodeId(node),
                http,
                dispatch,
                VizraModels.DEFAULT,
                Duration.ofSeconds(5),
                keys,
                configs,
                ledger,
                meters));
        vertx.deployVerticle(instances, new DeploymentOptions()).await(20, TimeUnit.SECONDS);
        return instances.port();
    }

    public URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    public static String tenantPath(String path) {
        return "/v1.0/tenants/" + TENANT + "/assistant/openai" + path;
    }

    public HttpRequest.Builder post(String path, String body) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + KEY)
                .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    public HttpRequest.Builder get(String path) {
        return HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(20))
                .header("Authorization", "Bearer " + KEY)
                .GET();
    }

    public String chat(boolean stream) {
        return chat(config.id().toString(), stream);
    }

    public static String chat(String model, boolean stream) {
        return "{\"model\":\"" + model + "\",\"stream\":" + stream
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}";
    }

    public double active() {
        return meters.get("insula.api.streams.active").gauge().value();
    }

    @Override
    public void close() {
        client.shutdownNow();
        vertx.close()
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(20, TimeUnit.SECONDS)
                .join();
    }
}
