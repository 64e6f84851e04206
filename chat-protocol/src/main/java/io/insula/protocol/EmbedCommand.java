package io.insula.protocol;

import java.util.List;

/**
 * Asks an inference node for the embeddings of a few texts, and to answer with one {@link EmbedReply}.
 *
 * <p>It leaves nothing behind: whoever gets no answer asks again, here or elsewhere.
 *
 * @param request the HTTP request it is a part of
 * @param tenant whose request it is
 * @param model the embedding model
 * @param texts at least one, none empty
 */
public record EmbedCommand(RequestId request, TenantId tenant, ModelName model, List<String> texts) {

    public EmbedCommand {
        texts = List.copyOf(texts);
        if (texts.isEmpty()) {
            throw new IllegalArgumentException("texts: [] (expected: at least one)");
        }
        if (texts.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("texts: '' (expected: non-empty texts)");
        }
    }
}
