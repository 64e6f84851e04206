package io.insula.inference.schedule;

import java.util.ArrayList;
import java.util.List;

/**
 * Estimates how long a prefill chunk takes, from the chunks before it.
 *
 * <p><b>Units:</b> nanoseconds for each token, a moving average for each length of context and class of chunk sizes: a token
 * costs more behind a long context and in a small chunk.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class PrefillPace {

    private static final int CONTEXT_TOKENS = 256;
    /** Chunks of 2 or 3, 4 to 7, 8 to 15 and so on, up to 4,096 and more. */
    private static final int SIZES = 12;

    private static final double NEWEST = 0.25;

    /** Zero where nothing was measured. */
    private final List<double[]> pace = new ArrayList<>();

    /** Notes a chunk that took that long behind so much context. */
    void record(int context, int tokens, long nanos) {
        int bucket = context / CONTEXT_TOKENS;
        while (pace.size() <= bucket) {
            pace.add(new double[SIZES]);
        }
        double[] sizes = pace.get(bucket);
        int size = size(tokens);
        double measured = (double) nanos / tokens;
        sizes[size] = sizes[size] == 0 ? measured : sizes[size] + NEWEST * (measured - sizes[size]);
    }

    /** What a chunk is expected to take; 0 while nothing like it was measured. */
    double nanos(int context, int tokens) {
        for (int bucket = Math.min(context / CONTEXT_TOKENS, pace.size() - 1); bucket >= 0; bucket--) {
            double known = nearest(pace.get(bucket), size(tokens));
            if (known > 0) {
                return known * tokens;
            }
        }
        return 0;
    }

    private static double nearest(double[] sizes, int size) {
        for (int away = 0; away < SIZES; away++) {
            if (size - away >= 0 && sizes[size - away] > 0) {
                return sizes[size - away];
            }
            if (size + away < SIZES && sizes[size + away] > 0) {
                return sizes[size + away];
            }
        }
        return 0;
    }

    private static int size(int tokens) {
        return Math.clamp(30 - Integer.numberOfLeadingZeros(tokens), 0, SIZES - 1);
    }
}
