package io.insula.inference.schedule;

import java.util.Iterator;
import java.util.LinkedHashSet;

/** First come, first served. */
final class FifoBacklog implements Backlog {

    private final LinkedHashSet<ScheduledStream> streams = new LinkedHashSet<>();

    @Override
    public void add(ScheduledStream stream) {
        streams.addLast(stream);
    }

    @Override
    public boolean isEmpty() {
        return streams.isEmpty();
    }

    @Override
    public ScheduledStream next() {
        return streams.removeFirst();
    }

    @Override
    public boolean remove(ScheduledStream stream) {
        return streams.remove(stream);
    }

    @Override
    public Iterator<ScheduledStream> iterator() {
        return streams.iterator();
    }
}
