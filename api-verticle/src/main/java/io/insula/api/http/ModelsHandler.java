package io.insula.api.http;

import io.insula.api.assistant.Assistants;
import io.insula.api.json.JsonBytes;
import io.insula.api.openai.ModelsWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;

/** Lists a tenant's assistant configs as models. */
final class ModelsHandler {

    private final Assistants assistants;
    private final LoopHop hop;

    ModelsHandler(Assistants assistants, LoopHop hop) {
        this.assistants = assistants;
        this.hop = hop;
    }

    void list(RoutingContext context) {
        hop.here(assistants.list(Exchange.of(context).caller().tenant()))
                .onSuccess(configs -> write(context, ModelsWriter.list(configs)))
                .onFailure(context::fail);
    }

    void get(RoutingContext context) {
        hop.here(assistants.find(Exchange.of(context).caller().tenant(), Exchange.pathParam(context, "model")))
                .onSuccess(config -> write(context, ModelsWriter.model(config)))
                .onFailure(context::fail);
    }

    private static void write(RoutingContext context, JsonBytes body) {
        if (!Exchange.of(context).hasLeft()) {
            context.response().putHeader("Content-Type", "application/json").end(Buffer.buffer(body.toArray()));
        }
    }
}
