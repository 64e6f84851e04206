package io.insula.inference.schedule;

/**
 * Decides which waiting stream gets the next slot.
 *
 * <p><b>Thread:</b> the device thread.
 */
interface Backlog extends Iterable<ScheduledStream> {

    void add(ScheduledStream stream);

    boolean isEmpty();

    /** Takes the stream out whose turn it is; the backlog is not empty. */
    ScheduledStream next();

    /** Takes a stream out that is no longer wanted; false when it does not wait here. */
    boolean remove(ScheduledStream stream);
}
