package io.insula.api.http;

import io.insula.api.dispatch.Embedding;
import io.insula.api.dispatch.EmbeddingListener;
import io.insula.api.dispatch.StreamHandle;
import io.insula.api.error.ApiError;
import io.insula.api.governance.EmbeddingAccounting;
import io.insula.api.openai.BodyParser;
import io.insula.api.openai.EmbeddingsRequest;
import io.insula.api.openai.EmbeddingsRequestReader;
import io.insula.api.openai.EmbeddingsWriter;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.ModelName;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;

/** Answers embeddings: reads the request, has it embedded and writes the vectors. */
final class EmbeddingsHandler {

    private final Vertx vertx;
    private final long slowReaderMillis;
    private final EmbeddingsRequestReader reader;
    private final EmbeddingAccounting accounting;
    private final ErrorResponder errors;
    private final ChatMeters meters;

    EmbeddingsHandler(
            Vertx vertx,
            HttpConfig config,
            int maxInputs,
            EmbeddingAccounting accounting,
            ErrorResponder errors,
            ChatMeters meters) {
        this.vertx = vertx;
        this.slowReaderMillis = config.slowReaderTimeout().toMillis();
        this.reader = new EmbeddingsRequestReader(config.limits().maxModelChars(), maxInputs);
        this.accounting = accounting;
        this.errors = errors;
        this.meters = meters;
    }

    void handle(RoutingContext context) {
        Exchange exchange = Exchange.of(context);
        EmbeddingsRequest request = reader.read(BodyParser.parse(exchange.body()));
        ModelName model = model(request);
        Embedding embedding = new Embedding(exchange.id, exchange.caller().tenant(), model, request.input());
        Answer answer = new Answer(context, request);
        StreamHandle running = accounting.embed(exchange.caller().key(), embedding, answer);
        exchange.onLeave(running::cancel);
    }

    /** A name that no engine has served is unknown; one that is only away for the moment is not. */
    private ModelName model(EmbeddingsRequest request) {
        if (!ModelName.isValid(request.model())) {
            throw new ApiError.ModelNotFound(request.model()).failure();
        }
        ModelName model = new ModelName(request.model());
        if (!accounting.knows(model)) {
            throw new ApiError.ModelNotFound(request.model()).failure();
        }
        Integer wanted = request.dimensions();
        accounting.find(model).ifPresent(status -> {
            if (wanted != null && wanted != status.dimensions()) {
                throw ApiError.invalid(
                                "dimensions",
                                wanted + " (expected: absent or " + status.dimensions()
                                        + "; this model's vectors cannot be shortened)")
                        .failure();
            }
        });
        return model;
    }

    private final class Answer implements EmbeddingListener {

        private final RoutingContext context;
        private final EmbeddingsRequest request;
        private final EmbeddingsWriter writer;

        Answer(RoutingContext context, EmbeddingsRequest request) {
            this.context = context;
            this.request = request;
            this.writer = new EmbeddingsWriter(request.base64());
        }

        @Override
        public void vectors(List<EmbeddingVector> next) {
            writer.vectors(next);
        }

        @Override
        public void ended(Summary summary) {
            HttpServerResponse response = context.response();
            if (response.ended() || response.closed()) {
                return;
            }
            switch (summary.outcome()) {
                case COMPLETED -> {
                    response.putHeader("Content-Type", "application/json");
                    new Outflow(vertx, context, slowReaderMillis, meters)
                            .end(writer.finish(request.model(), summary.promptTokens())
                                    .toBuffer());
                }
                case FAILED -> errors.respond(context, Objects.requireNonNull(summary.error()));
                // Not by the client, which is still there: the server stops.
                case CANCELLED -> errors.respond(context, new ApiError.EngineLost());
            }
        }
    }
}
