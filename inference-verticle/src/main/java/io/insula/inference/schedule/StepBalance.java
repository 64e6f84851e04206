package io.insula.inference.schedule;

/**
 * Shares the engine's time between decode steps and prefill chunks, so that neither side waits long for the other.
 *
 * <p>While streams run, two decode steps follow each chunk, now and then three, and a chunk takes about as long as two. So
 * more than half of the streams' tokens come as if undisturbed, the others after about three times that, and the prompt gets
 * half of the engine. Shorter chunks after every step would waste it: a chunk's cost has a part that grows with the context
 * and not with the chunk. Only times depend on this, never a token: a prompt is bitwise the same however it is cut.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class StepBalance {

    /** A chunk's time in decode steps. With the step beside it, it is three slow steps' time. */
    private static final double CHUNK_STEPS = 2.1;
    /** Decode steps that follow a chunk. */
    private static final int STEPS = 2;
    /** After every so many chunks one step more: less than half of the steps have a chunk before them. */
    private static final int ROUND = 12;
    /** Decode steps that follow a chunk which took much longer than it should, at most. */
    private static final int MOST_OWED = 6;
    /** With few running streams a decode step is short beside any chunk: chunks are longer by this. */
    private static final double FEW = 2;

    private static final int FEW_ROWS = 4;
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

    /** Decode steps that would follow each other in a second, as of late; 0 while none was made. */
    int stepsPerSecond() {
        return decodeNanos == 0 ? 0 : (int) Math.max(1, Math.round(1e9 / decodeNanos));
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
        if (decodeNanos == 0) {
            owedSteps = 1;
            return;
        }
        int more = chunks % ROUND == 0 ? 1 : 0;
        double late = nanos / (decodeNanos * stretch(rows)) - CHUNK_STEPS;
        owedSteps = Math.min(MOST_OWED, STEPS + more + Math.max(0, (int) late));
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
        return CHUNK_STEPS * decodeNanos * stretch(rows);
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
