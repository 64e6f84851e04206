package io.insula.inference.engine.tensorrt;

/**
 * Where what a step tells of its rows lies in one piece of memory, so that one copy brings all of it: the largest logits, their
 * tokens, the logarithms of the rows' sums, and how deep each row reaches.
 *
 * @param rows whose logits the step computes
 * @param candidates the largest logits that are told of each
 */
record AnswerLayout(int rows, int candidates) {

    private static final int NUMBER_BYTES = 4;

    long tokens() {
        return aligned((long) rows * candidates);
    }

    long logSums() {
        return 2 * tokens();
    }

    long depths() {
        return logSums() + aligned(rows);
    }

    long bytes() {
        return depths() + (long) rows * NUMBER_BYTES;
    }

    private static long aligned(long numbers) {
        return Math.ceilDiv(numbers * NUMBER_BYTES, CacheLayout.ALIGNMENT) * (long) CacheLayout.ALIGNMENT;
    }
}
