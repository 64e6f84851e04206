package io.insula.api.governance;

import io.insula.api.dispatch.Embedding;
import io.insula.api.dispatch.EmbeddingDispatcher;
import io.insula.api.dispatch.EmbeddingListener;
import io.insula.api.dispatch.StreamHandle;
import io.insula.protocol.EmbeddingStatus;
import io.insula.protocol.EmbeddingVector;
import io.insula.protocol.ModelName;
import io.insula.store.UsageEntry;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The door to embeddings: every request that an engine worked on leaves exactly one usage entry, however it ends.
 *
 * <p><b>Thread:</b> the dispatcher's event loop.
 */
public final class EmbeddingAccounting {

    private final EmbeddingDispatcher dispatcher;
    private final Consumer<UsageEntry> ledger;

    /**
     * @param ledger takes each entry at once and keeps it for writing; never blocks
     */
    public EmbeddingAccounting(EmbeddingDispatcher dispatcher, Consumer<UsageEntry> ledger) {
        this.dispatcher = dispatcher;
        this.ledger = ledger;
    }

    /** What the living engines say of an embedding model; empty when none serves it. */
    public Optional<EmbeddingStatus> find(ModelName model) {
        return dispatcher.find(model);
    }

    /** Names that living engines answer to, of base models and embedding models. */
    public List<ModelName> models() {
        return dispatcher.models();
    }

    /** Whether an engine ever served the embedding model. */
    public boolean knows(ModelName model) {
        return dispatcher.knows(model);
    }

    /**
     * Starts a request on its tenant's account.
     *
     * @param key the access key's id; null for a keyless request
     */
    public StreamHandle embed(@Nullable UUID key, Embedding embedding, EmbeddingListener listener) {
        return dispatcher.dispatch(embedding, new EmbeddingListener() {
            @Override
            public void vectors(List<EmbeddingVector> next) {
                listener.vectors(next);
            }

            @Override
            public void ended(Summary summary) {
                if (summary.engines() > 0) {
                    ledger.accept(entry(key, embedding, summary));
                }
                listener.ended(summary);
            }
        });
    }

    private static UsageEntry entry(@Nullable UUID key, Embedding embedding, EmbeddingListener.Summary summary) {
        return new UsageEntry(
                embedding.request(),
                embedding.tenant(),
                key,
                null,
                embedding.model(),
                summary.promptTokens(),
                0,
                0,
                summary.queuedMicros(),
                0,
                summary.totalMicros(),
                switch (summary.outcome()) {
                    case COMPLETED -> "stop";
                    case CANCELLED -> "cancelled";
                    case FAILED -> "error";
                },
                summary.engines());
    }
}
