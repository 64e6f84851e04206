package io.insula.launcher;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers what was started and stops it in reverse order, once, whoever asks first.
 *
 * <p><b>Errors:</b> a part that fails to stop is logged and does not keep the others running.
 */
final class LifeCycle implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LifeCycle.class);

    private record Part(String name, AutoCloseable stop) {}

    private final Deque<Part> started = new ArrayDeque<>();
    private boolean closed;

    /** Registers a part that runs now; when the life cycle is over already, the part is stopped at once. */
    synchronized void started(String name, AutoCloseable stop) {
        started.push(new Part(name, stop));
        if (closed) {
            stopAll();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        stopAll();
    }

    // Any exception of any part: the parts before it must still be stopped.
    private void stopAll() {
        while (!started.isEmpty()) {
            Part part = started.pop();
            try {
                part.stop().close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                LOG.warn("Interrupted while stopping {}", part.name());
            } catch (Exception e) {
                LOG.warn("{} did not stop cleanly: {}", part.name(), e.toString());
            }
        }
    }
}
