package io.insula.api.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One embeddings request as the client sent it.
 *
 * @param model the embedding model's name
 * @param input at least one text, none empty
 * @param base64 whether vectors are sent as base64 of their bytes rather than as numbers
 * @param dimensions what the client wants a vector to have; null for the model's own
 */
public record EmbeddingsRequest(
        String model,
        List<String> input,
        boolean base64,
        @Nullable Integer dimensions) {

    public EmbeddingsRequest {
        input = List.copyOf(input);
    }
}
