package io.insula.chaos;

import io.insula.chaos.load.Reply;
import java.util.List;
import java.util.Locale;

/**
 * The longest that a client waited for the next event of an answer that was on its way when something was broken: from the
 * event before it, or from what was broken last meanwhile.
 *
 * @param nanos how long
 * @param events what it had before
 */
record Stall(Reply reply, long nanos, int events) {

    /**
     * The longest wait of a reply that ended after the first of some moments.
     *
     * @param broken when something was broken, in order; at least one
     */
    static Stall of(Reply reply, List<Long> broken) {
        List<Long> arrivals = reply.arrivals();
        long longest = 0;
        int at = 0;
        long last = reply.sentNanos();
        for (int i = 0; i <= arrivals.size(); i++) {
            long next = i < arrivals.size() ? arrivals.get(i) : reply.endedNanos();
            long waited = next - latest(last, next, broken);
            if (next - broken.getFirst() > 0 && waited > longest) {
                longest = waited;
                at = i;
            }
            last = next;
        }
        return new Stall(reply, longest, at);
    }

    private static long latest(long from, long to, List<Long> broken) {
        long latest = from;
        for (long moment : broken) {
            latest = moment - latest > 0 && moment - to < 0 ? moment : latest;
        }
        return latest;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, request %s at %s, %.2f s behind %d events",
                reply.question(),
                reply.request(),
                reply.door().name(),
                seconds(),
                events);
    }

    double seconds() {
        return nanos / 1e9;
    }
}
