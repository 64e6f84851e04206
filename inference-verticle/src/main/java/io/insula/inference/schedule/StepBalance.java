package io.insula.inference.schedule;

/**
 * Shares the engine's time between decode steps and prefill chunks, so that neither side waits long for the other.
 *
 * <p>While streams run, a chunk follows each decode step. Chunks are short or long in turn: a short one takes less than a
 * decode step, a long one less than two. So more than half of the streams' tokens come within twice the undisturbed time, all
 * but a few within three times, and the prompt gets somewhat more than half of the engine. Chunks of one size would be
 * either shorter, which wastes the engine on small products, or too long for most tokens. Only times depend on this, never a
 * token: a prompt is bitwise the same however it is cut.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class StepBalance {

    /** A short chunk in decode steps, and a long one: below one and two, for what no estimate foresees. */
    private static final double SHORT = 0.85;

    private static final double LONG = 1.85;
    /** With few running streams a decode step is short beside any chunk: chunks are longer by this. */
    private static final double FEW = 2;

    private static final int FEW_ROWS = 4;
    /** Of so many chunks, every second one is long: four of nine. */
    private static final int ROUND = 9;
    /** Decode steps that follow a chunk which took longer than it should, at most. */
    private static final int MOST_OWED = 4;

    private static final double NEWEST = 0.25;

    private final int mostTokens;
    private final PrefillPace pace = new PrefillPace();
    private double decodeNanos;
    private int chunks;
    private int owedSteps;

    /**
     * @param mostTokens the longest chunk
     */
    StepBalance(int mostTokens) {
        this.mostTokens = mostTokens;
    }

    /** Whether the decode steps that the last chunk delayed have been made. */
    boolean prefillIsDue() {
        return owedSteps == 0;
    }

    /** Notes a decode step. */
    void decoded(long nanos) {
        decodeNanos = decodeNanos == 0 ? nanos : decodeNanos + NEWEST * (nanos - decodeNanos);
        owedSteps = Math.max(0, owedSteps - 1);
    }

    /**
     * Notes a chunk.
     *
     * @param context prompt tokens before it
     * @param rows streams that waited for its end
     */
    void prefilled(int context, int tokens, long nanos, int rows) {
        pace.record(context, tokens, nanos);
        chunks++;
        double steps = decodeNanos == 0 ? 0 : nanos / (decodeNanos * stretch(rows));
        // A long chunk that takes a little more than two steps is none that takes three.
        owedSteps = (int) Math.clamp(Math.ceil(steps - 0.25) - 1, 1, MOST_OWED);
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
        int size = rows == 0 ? mostTokens : tokensWithin(budgetNanos(rows), context);
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

    private double budgetNanos(int rows) {
        return (chunks % ROUND % 2 == 0 ? SHORT : LONG) * decodeNanos * stretch(rows);
    }

    private static double stretch(int rows) {
        return rows < FEW_ROWS ? FEW : 1;
    }

    private int tokensWithin(double nanos, int context) {
        int tokens = mostTokens;
        while (tokens > 2 && pace.nanos(context, tokens) > nanos) {
            tokens--;
        }
        return tokens;
    }
}
