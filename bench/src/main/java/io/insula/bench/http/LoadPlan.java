package io.insula.bench.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;

/**
 * One run of the load generator.
 *
 * @param port on loopback
 * @param headers request headers, each a line
 * @param connections 1..256; one request at a time on each
 * @param millis 1..60,000; requests are begun for so long
 */
record LoadPlan(int port, String path, String headers, String model, boolean stream, int connections, int millis) {

    LoadPlan {
        if (connections < 1 || connections > 256) {
            throw new IllegalArgumentException("connections: " + connections + " (expected: 1..256)");
        }
        if (millis < 1 || millis > 60_000) {
            throw new IllegalArgumentException("millis: " + millis + " (expected: 1..60000)");
        }
    }

    String toLine() {
        return new JsonObject()
                .put("port", port)
                .put("path", path)
                .put("headers", headers)
                .put("model", model)
                .put("stream", stream)
                .put("connections", connections)
                .put("millis", millis)
                .encode();
    }

    static LoadPlan ofLine(String line) {
        JsonObject json = new JsonObject(line);
        return new LoadPlan(
                json.getInteger("port"),
                json.getString("path"),
                json.getString("headers"),
                json.getString("model"),
                json.getBoolean("stream"),
                json.getInteger("connections"),
                json.getInteger("millis"));
    }

    byte[] request() {
        String body = new JsonObject()
                .put("model", model)
                .put("stream", stream)
                .put(
                        "messages",
                        JsonArray.of(new JsonObject().put("role", "user").put("content", Script.PROMPT)))
                .encode();
        return ("POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + headers
                        + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
