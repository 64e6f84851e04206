package io.insula.inference.engine.tensorrt;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was taken and is given back together, the last first. A device that is broken fails to take some of it back; the rest is
 * given back nevertheless.
 */
final class Holdings implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Holdings.class);

    private final Deque<Runnable> releases = new ArrayDeque<>();

    /** Remembers how to give something back. */
    void add(Runnable release) {
        releases.push(release);
    }

    @Override
    public void close() {
        while (!releases.isEmpty()) {
            try {
                releases.pop().run();
            } catch (RuntimeException failure) {
                LOG.warn("The GPU does not take back everything: {}", failure.getMessage());
            }
        }
    }
}
