package io.insula.chaos.house;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** What an HTTP node says of its cluster, by the addresses of the nodes' membership traffic. */
final class ClusterView {

    private static final Duration LIMIT = Duration.ofSeconds(2);

    /**
     * A node as another one sees it.
     *
     * @param busy slots that are taken and streams that wait for one; 0 for HTTP nodes
     */
    record Seen(boolean ready, int busy) {}

    private final HttpClient client;
    private final Path keyFile;

    ClusterView(HttpClient client, Path keyFile) {
        this.client = client;
        this.keyFile = keyFile;
    }

    /** Asks a node; empty when it does not answer. */
    Map<String, Seen> of(URI api) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(api.resolve("/v1.0/cluster"))
                    .timeout(LIMIT)
                    .header(
                            "Authorization",
                            "Bearer " + Files.readString(keyFile).strip())
                    .build();
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == 200 ? read(new JsonObject(response.body())) : Map.of();
        } catch (IOException | DecodeException e) {
            return Map.of();
        }
    }

    private static Map<String, Seen> read(JsonObject view) {
        Map<String, Seen> nodes = new HashMap<>();
        JsonArray list = view.getJsonArray("nodes", new JsonArray());
        for (int i = 0; i < list.size(); i++) {
            JsonObject node = list.getJsonObject(i);
            int busy = 0;
            JsonArray models = node.getJsonArray("models", new JsonArray());
            for (int j = 0; j < models.size(); j++) {
                JsonObject model = models.getJsonObject(j);
                busy += model.getInteger("slots", 0) - model.getInteger("free_slots", 0);
                busy += model.getInteger("queued_streams", 0);
            }
            nodes.put(node.getString("address", ""), new Seen("ready".equals(node.getString("state")), busy));
        }
        return nodes;
    }
}
