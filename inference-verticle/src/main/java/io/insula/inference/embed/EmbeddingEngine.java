package io.insula.inference.embed;

import io.insula.protocol.EmbeddingVector;
import java.util.List;

/**
 * Runs one embedding model over many texts at once.
 *
 * <p>A text's vector has unit length and does not depend on the other texts of the call.
 *
 * <p><b>Thread:</b> one device thread owns an engine from its creation to {@link #close}.
 */
public interface EmbeddingEngine extends AutoCloseable {

    /**
     * Computes the vectors of texts.
     *
     * @param texts each at least one token, the model's own marks included
     * @return one for each text, in their order
     */
    List<EmbeddingVector> embed(List<int[]> texts);

    @Override
    void close();
}
