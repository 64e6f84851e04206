package io.insula.inference.text;

import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How text becomes tokens and tokens become bytes: one implementation for each kind of tokenizer that files bring.
 *
 * <p><b>Errors:</b> vocabularies and merges that make no tokenizer are a {@code ModelFileException}.
 */
public sealed interface TextEncoding permits ByteLevelPairs, SentencePieces, DescribedPairs {

    /**
     * The tokenizer as Hugging Face's library reads it, without special tokens.
     *
     * @param tokens text of every token
     * @param special ids of tokens that text must not become
     */
    JsonObject description(List<String> tokens, Set<Integer> special);

    /** The bytes that an ordinary token of the vocabulary stands for. */
    byte[] bytes(int id, String token);

    SpacePrefix spacePrefix();

    /** Everything beside the vocabulary that decides which tokens a text becomes. */
    Stream<String> parts();
}
