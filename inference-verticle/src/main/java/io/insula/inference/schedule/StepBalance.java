package io.insula.inference.schedule;

/**
 * Shares the engine's time between decode steps and prefill chunks, so that neither side waits long for the other.
 *
 * <p>Prefill gets nearly as much time as decode. A chunk is as long as one decode step, so that running streams slow down
 * to half. Where that would be too few tokens to be worth a call, it is as long as several, and as many decode steps follow
 * it. Only times depend on this, never a token: a prompt is bitwise the same however it is cut.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class StepBalance {

    /** Below this, a chunk's tokens cost much more than those of longer ones. */
    private static final int WORTHWHILE_TOKENS = 24;
    /** Of the decode steps' time, what a chunk aims at: the rest is for what no estimate foresees. */
    private static final double SHARE = 0.9;
    /** Up to here, a chunk counts as of that many steps. */
    private static final double TOLERANCE = 0.1;
    /** After long chunks, so that more than half of the decode steps follow each other without one between them. */
    private static final double SLACK = 1.0 / 16;

    private static final int MOST_STEPS = 2;
    /** With few running streams a decode step is short beside any chunk. */
    private static final int MOST_STEPS_OF_FEW = 4;

    private static final int FEW_ROWS = 4;
    private static final double NEWEST = 0.25;

    private final int mostTokens;
    private final PrefillPace pace = new PrefillPace();
    private double decodeNanos;
    private double owedSteps;

    /**
     * @param mostTokens the longest chunk
     */
    StepBalance(int mostTokens) {
        this.mostTokens = mostTokens;
    }

    /** Whether the decode steps that the last chunk delayed have been made. */
    boolean prefillIsDue() {
        return owedSteps < 0.5;
    }

    /** Notes a decode step. */
    void decoded(long nanos) {
        decodeNanos = decodeNanos == 0 ? nanos : decodeNanos + NEWEST * (nanos - decodeNanos);
        owedSteps = Math.max(owedSteps - 1, -0.5);
    }

    /** Notes a chunk behind so much context. */
    void prefilled(int context, int tokens, long nanos) {
        pace.record(context, tokens, nanos);
        double steps = decodeNanos == 0 ? 1 : Math.ceil(nanos / decodeNanos - TOLERANCE);
        owedSteps = Math.clamp(owedSteps + (steps > 1 ? steps + SLACK : 1), 1, MOST_STEPS_OF_FEW);
    }

    /**
     * Prompt tokens of the next chunk. It takes one more than its size rather than leave a single one: engines run a chunk of
     * one with their decode kernel, whose bits differ.
     *
     * @param left prompt tokens to come: at least 1
     * @param context prompt tokens before them
     * @param rows streams that wait for the chunk's end
     */
    int chunk(int left, int context, int rows) {
        int size = rows == 0 ? mostTokens : size(context, rows);
        return left <= size + 1 ? left : size;
    }

    /**
     * A chunk made shorter where the engine takes no more.
     *
     * @param count of {@link #chunk}
     * @param most at least 4
     */
    static int atMost(int count, int left, int most) {
        int size = Math.min(count, most);
        return left - size == 1 ? size - 1 : size;
    }

    private int size(int context, int rows) {
        int most = rows < FEW_ROWS ? MOST_STEPS_OF_FEW : MOST_STEPS;
        int tokens = mostTokens;
        for (int steps = 1; steps <= most; steps++) {
            tokens = tokensWithin(steps * SHARE * decodeNanos, context);
            if (tokens >= WORTHWHILE_TOKENS) {
                return tokens;
            }
        }
        return tokens;
    }

    private int tokensWithin(double nanos, int context) {
        int tokens = mostTokens;
        while (tokens > 2 && pace.nanos(context, tokens) > nanos) {
            tokens--;
        }
        return tokens;
    }
}
