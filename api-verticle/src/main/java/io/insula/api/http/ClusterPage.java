package io.insula.api.http;

import io.insula.api.auth.AdminKey;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/**
 * {@code GET /v1.0/cluster}: the nodes, for those who run the platform.
 *
 * @param key who may read it
 * @param nodes tells them, on any thread
 */
public record ClusterPage(AdminKey key, Supplier<JsonObject> nodes) {

    static final String PATH = "/v1.0/cluster";

    void handle(RoutingContext context) {
        key.check(context.request());
        context.response()
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .end(nodes.get().toBuffer());
    }
}
