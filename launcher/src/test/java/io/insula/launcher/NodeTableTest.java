package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class NodeTableTest {

    private static JsonObject model(int freeSlots) {
        return new JsonObject()
                .put("model", "starter")
                .put("free_slots", freeSlots)
                .put("slots", 16)
                .put("queued_streams", 0)
                .put("tokens_per_second", 0)
                .put("fingerprint", "f");
    }

    private static JsonObject node(String id, JsonArray models) {
        return new JsonObject()
                .put("node", id)
                .put("self", false)
                .put("roles", new JsonArray().add("inference"))
                .put("state", "ready")
                .put("address", "host:1")
                .put("version", "1")
                .put("uptime_seconds", 60)
                .put("models", models);
    }

    @Test
    void modelsOfSeveralDevicesTellWhichOneTheyAreOn() {
        JsonArray models =
                new JsonArray().add(model(3).put("engine", "node-1-gpu0")).add(model(5).put("engine", "node-1-gpu1"));
        String table = new NodeTable(
                        new JsonArray().add(node("node-1", models)).add(node("node-2", new JsonArray().add(model(7)))))
                .text();
        assertThat(table.lines().map(line -> line.replaceAll(" {2,}", "|")))
                .containsExactly(
                        "NODE|ROLES|STATE|ADDRESS|VERSION|UPTIME|STREAMS|MODEL|FREE/SLOTS|QUEUED|TOK/S|FINGERPRINT",
                        "node-1|inference|ready|host:1|1|1m0s|-|starter on gpu0|3/16|0|-|f",
                        "|starter on gpu1|5/16|0|-|f",
                        "node-2|inference|ready|host:1|1|1m0s|-|starter|7/16|0|-|f");
    }
}
