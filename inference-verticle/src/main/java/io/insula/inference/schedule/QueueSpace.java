package io.insula.inference.schedule;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the streams that wait for a slot and the tokens that they may come to, and refuses more than may wait.
 *
 * <p><b>Thread:</b> any; no lock, so that a door under load never holds up the device thread.
 */
final class QueueSpace {

    private static final int STREAM_SHIFT = 32;

    private final int maxStreams;
    private final int maxTokens;

    /** Streams in the upper half, tokens in the lower: both change in one step. */
    private final AtomicLong taken = new AtomicLong();

    QueueSpace(int maxStreams, int maxTokens) {
        this.maxStreams = maxStreams;
        this.maxTokens = maxTokens;
    }

    boolean take(int tokens) {
        long now = taken.get();
        while (fits(now, tokens)) {
            long witness = taken.compareAndExchange(now, now + share(tokens));
            if (witness == now) {
                return true;
            }
            now = witness;
        }
        return false;
    }

    void giveBack(int tokens) {
        taken.addAndGet(-share(tokens));
    }

    int streams() {
        return (int) (taken.get() >>> STREAM_SHIFT);
    }

    int tokens() {
        return (int) taken.get();
    }

    private boolean fits(long now, int tokens) {
        long streams = now >>> STREAM_SHIFT;
        long sum = (int) now + (long) tokens;
        return streams < maxStreams && sum <= Integer.MAX_VALUE && (streams == 0 || sum <= maxTokens);
    }

    private static long share(int tokens) {
        return (1L << STREAM_SHIFT) + tokens;
    }
}
