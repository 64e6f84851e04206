package io.insula.protocol;

/**
 * One token at one position and how probable the model found it there, before bias, penalties and temperature.
 *
 * @param token its id
 * @param logProbability natural logarithm of its probability: finite, at most 0
 * @param rank 1 for the most probable token, of equals the lowest id first
 * @param bytes what it adds to the text
 */
public record ScoredToken(int token, double logProbability, int rank, TokenBytes bytes) {

    public ScoredToken {
        if (!(logProbability <= 0 && logProbability > Double.NEGATIVE_INFINITY)) {
            throw new IllegalArgumentException("log-probability: " + logProbability + " (expected: finite, <= 0)");
        }
        if (token < 0 || rank < 1) {
            throw new IllegalArgumentException(
                    "token: " + token + " of rank " + rank + " (expected: >= 0, of rank >= 1)");
        }
    }
}
