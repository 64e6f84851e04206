package io.insula.inference.embed;

import java.time.Duration;

/**
 * The limits of a node's embedding models.
 *
 * @param maxTokens 8..512; tokens of the longest text, the model's marks included; at most what the model takes
 * @param batchTokens 512..1048576; tokens, padding included, that one run of the model computes
 * @param queueTexts 1..1000000; texts that may wait; more are refused as overload
 * @param restartDelay more than 0; how long after a failure the model is not loaded again
 */
public record EmbeddingConfig(int maxTokens, int batchTokens, int queueTexts, Duration restartDelay) {

    /** What the sentence-transformers project cuts texts off at is the longest text here: all of it counts. */
    public static final EmbeddingConfig DEFAULT = new EmbeddingConfig(256, 2048, 1024, Duration.ofSeconds(5));

    public EmbeddingConfig {
        check("maxTokens", maxTokens, 8, 512);
        check("batchTokens", batchTokens, 512, 1 << 20);
        check("queueTexts", queueTexts, 1, 1_000_000);
        if (restartDelay.isNegative() || restartDelay.isZero()) {
            throw new IllegalArgumentException("restartDelay: " + restartDelay + " (expected: > 0)");
        }
    }

    private static void check(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + ".." + most + ")");
        }
    }
}
