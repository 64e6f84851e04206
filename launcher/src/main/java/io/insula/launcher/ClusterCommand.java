package io.insula.launcher;

import io.insula.launcher.config.InsulaConfig;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code insula cluster}: asks a node which nodes there are, and shows them. */
@Command(
        name = "cluster",
        description = "Shows the nodes of a cluster: roles, models, load, fingerprints.",
        mixinStandardHelpOptions = true)
final class ClusterCommand implements Callable<Integer> {

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int OK = 200;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Option(names = "--url", paramLabel = "URL", description = "the API of a node (http://127.0.0.1:8000)")
    private @Nullable URI url;

    @Option(names = "--json", description = "as /v1.0/cluster tells it")
    private boolean json;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        Home home = options.home();
        InsulaConfig config = options.config(home, Map.of());
        URI node = url == null
                ? URI.create(
                        "http://" + config.http().host() + ":" + config.http().port())
                : url;
        String key = AdminKeyFile.of(home, config.adminKeyFile()).read();
        JsonObject nodes = ask(node.resolve("/v1.0/cluster"), key);
        Objects.requireNonNull(spec)
                .commandLine()
                .getOut()
                .println(
                        json
                                ? nodes.encodePrettily()
                                : new NodeTable(nodes.getJsonArray("nodes", new JsonArray())).text());
        return 0;
    }

    private static JsonObject ask(URI page, String key) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(page)
                .header("Authorization", "Bearer " + key)
                .timeout(PATIENCE)
                .build();
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != OK) {
                throw new StartException(page + " answers " + response.statusCode()
                        + (response.statusCode() == 401 ? ": the key is not that node's admin.key-file" : ""));
            }
            return new JsonObject(response.body());
        } catch (IOException | DecodeException e) {
            throw new StartException(page + " cannot be read: " + e);
        }
    }
}
