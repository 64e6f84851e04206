package io.insula.inference.engine.tensorrt;

import java.util.ArrayList;
import java.util.List;

/**
 * The lengths that a cache is laid out for: each twice the one before, the last one for whole slots.
 *
 * @param tokens ascending, at least one
 */
record LengthBuckets(List<Integer> tokens) {

    LengthBuckets {
        tokens = List.copyOf(tokens);
    }

    /**
     * Lengths from {@code least} to {@code most}.
     *
     * @param multiple what each is a multiple of, rounded up
     */
    static LengthBuckets of(int least, int most, int multiple) {
        List<Integer> tokens = new ArrayList<>();
        int last = Math.ceilDiv(most, multiple) * multiple;
        for (long length = Math.ceilDiv(least, multiple) * (long) multiple; length < last; length *= 2) {
            tokens.add((int) length);
        }
        tokens.add(last);
        return new LengthBuckets(tokens);
    }

    int least() {
        return tokens.getFirst();
    }

    int most() {
        return tokens.getLast();
    }

    /** The shortest that holds a sequence. */
    int holding(int length) {
        return tokens.stream()
                .filter(bucket -> bucket >= length)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("length: " + length + " (expected: at most " + most() + ")"));
    }
}
