package io.insula.protocol;

import java.util.List;

/** The one reply to an {@link EmbedCommand}. */
public sealed interface EmbedReply permits EmbedReply.Embedded, Admission.Rejected {

    /**
     * The texts' embeddings.
     *
     * @param vectors one for each text, in their order, of equal lengths; at least one
     * @param promptTokens tokens of all texts, the model's own marks included
     * @param queuedMicros how long the command waited for its turn
     */
    record Embedded(List<EmbeddingVector> vectors, int promptTokens, long queuedMicros) implements EmbedReply {

        public Embedded {
            vectors = List.copyOf(vectors);
            if (vectors.isEmpty()) {
                throw new IllegalArgumentException("vectors: [] (expected: at least one)");
            }
            int dimensions = vectors.getFirst().dimensions();
            if (vectors.stream().anyMatch(vector -> vector.dimensions() != dimensions)) {
                throw new IllegalArgumentException("vectors: of unequal lengths (expected: " + dimensions + " each)");
            }
            if (promptTokens < 0) {
                throw new IllegalArgumentException("promptTokens: " + promptTokens + " (expected: >= 0)");
            }
            if (queuedMicros < 0) {
                throw new IllegalArgumentException("queuedMicros: " + queuedMicros + " (expected: >= 0)");
            }
        }
    }
}
