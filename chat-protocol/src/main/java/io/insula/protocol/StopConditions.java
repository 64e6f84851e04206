package io.insula.protocol;

import java.util.List;

/**
 * When a choice ends; the same for every choice of a request.
 *
 * @param maxTokens at most this many tokens are generated for a choice; 0 means the remaining room of the context
 * @param minTokens no end or stop token is drawn before a choice has this many, and no stop string ends it; at most
 *     {@code maxTokens} unless that is 0
 * @param strings a choice ends before any of these strings appears in it; none is empty
 * @param tokens a choice ends with any of these tokens, which has no text
 * @param ignoreEnd whether the model's own end tokens do not end a choice
 */
public record StopConditions(int maxTokens, int minTokens, List<String> strings, TokenIds tokens, boolean ignoreEnd) {

    /** The model's end tokens and the context's room. */
    public static final StopConditions NONE = new StopConditions(0, 0, List.of(), TokenIds.EMPTY, false);

    public StopConditions {
        strings = List.copyOf(strings);
        if (maxTokens < 0) {
            throw new IllegalArgumentException("max_tokens: " + maxTokens + " (expected: >= 0)");
        }
        if (minTokens < 0 || (maxTokens > 0 && minTokens > maxTokens)) {
            throw new IllegalArgumentException(
                    "min_tokens: " + minTokens + " (expected: 0.." + (maxTokens == 0 ? "" : maxTokens) + ")");
        }
        if (strings.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("stop: '' (expected: non-empty strings)");
        }
    }

    /** A limit and stop strings, everything else off. */
    public static StopConditions of(int maxTokens, List<String> strings) {
        return new StopConditions(maxTokens, 0, strings, TokenIds.EMPTY, false);
    }

    public StopConditions withMaxTokens(int most) {
        return new StopConditions(most, minTokens, strings, tokens, ignoreEnd);
    }

    public StopConditions withMinTokens(int least) {
        return new StopConditions(maxTokens, least, strings, tokens, ignoreEnd);
    }

    public StopConditions withTokens(TokenIds ids) {
        return new StopConditions(maxTokens, minTokens, strings, ids, ignoreEnd);
    }

    public StopConditions withIgnoreEnd(boolean ignored) {
        return new StopConditions(maxTokens, minTokens, strings, tokens, ignored);
    }
}
