package io.insula.api.http;

import io.insula.api.assistant.Assistants;
import io.insula.api.error.ApiError;
import io.insula.api.error.RequestFailure;
import io.insula.api.json.JsonBytes;
import io.insula.api.openai.ModelsWriter;
import io.insula.protocol.ModelName;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.function.Supplier;

/** Lists a tenant's assistant configs, and the models that engines serve, as models. */
final class ModelsHandler {

    private final Assistants assistants;
    private final Supplier<List<ModelName>> served;
    private final LoopHop hop;

    /**
     * @param served names that living engines answer to
     */
    ModelsHandler(Assistants assistants, Supplier<List<ModelName>> served, LoopHop hop) {
        this.assistants = assistants;
        this.served = served;
        this.hop = hop;
    }

    void list(RoutingContext context) {
        hop.here(assistants.list(Exchange.of(context).caller().tenant()))
                .onSuccess(configs -> write(context, ModelsWriter.list(configs, served.get())))
                .onFailure(context::fail);
    }

    void get(RoutingContext context) {
        String asked = Exchange.pathParam(context, "model");
        hop.here(assistants.find(Exchange.of(context).caller().tenant(), asked))
                .map(ModelsWriter::model)
                .recover(failure -> served(asked, failure))
                .onSuccess(found -> write(context, found))
                .onFailure(context::fail);
    }

    /** The model that engines serve under a name that no config has. */
    private Future<JsonBytes> served(String asked, Throwable failure) {
        boolean absent = failure instanceof RequestFailure known && known.error() instanceof ApiError.ModelNotFound;
        return served.get().stream()
                .filter(model -> absent && model.value().equals(asked))
                .findFirst()
                .map(model -> Future.succeededFuture(ModelsWriter.model(model)))
                .orElseGet(() -> Future.failedFuture(failure));
    }

    private static void write(RoutingContext context, JsonBytes body) {
        if (!Exchange.of(context).hasLeft()) {
            context.response().putHeader("Content-Type", "application/json").end(Buffer.buffer(body.toArray()));
        }
    }
}
