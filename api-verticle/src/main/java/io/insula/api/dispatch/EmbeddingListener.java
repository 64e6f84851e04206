package io.insula.api.dispatch;

import io.insula.api.error.ApiError;
import io.insula.protocol.EmbeddingVector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears what becomes of one embedding request; {@link #ended} is called exactly once and last. */
public interface EmbeddingListener {

    /** The vectors of the next texts. */
    void vectors(List<EmbeddingVector> next);

    /** The request is over. */
    void ended(Summary summary);

    /** How a request ended. */
    enum Outcome {
        /** Every text has its vector. */
        COMPLETED,
        /** The client left. */
        CANCELLED,
        /** Some texts have no vector. */
        FAILED
    }

    /**
     * How a request ended and what it used.
     *
     * @param error why; null unless it failed
     * @param engines that answered a part of it; 0 when none did, and then nothing is accounted
     * @param promptTokens of the texts that were embedded
     * @param queuedMicros the longest wait of a part
     * @param totalMicros from its dispatch to its end
     */
    record Summary(
            Outcome outcome,
            @Nullable ApiError error,
            int engines,
            int promptTokens,
            long queuedMicros,
            long totalMicros) {}
}
