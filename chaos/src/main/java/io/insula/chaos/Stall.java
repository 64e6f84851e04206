package io.insula.chaos;

import io.insula.chaos.load.Reply;
import java.util.List;
import java.util.Locale;

/**
 * The longest that a client waited for the next event of an answer that was on its way when something was broken.
 *
 * @param nanos how long
 * @param events what it had before
 */
record Stall(Reply reply, long nanos, int events) {

    /** The longest wait of a reply that ended after a moment. */
    static Stall of(Reply reply, long moment) {
        List<Long> arrivals = reply.arrivals();
        long longest = 0;
        int at = 0;
        long last = reply.sentNanos();
        for (int i = 0; i <= arrivals.size(); i++) {
            long next = i < arrivals.size() ? arrivals.get(i) : reply.endedNanos();
            if (next - moment > 0 && next - last > longest) {
                longest = next - last;
                at = i;
            }
            last = next;
        }
        return new Stall(reply, longest, at);
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
