package io.insula.djl.tensorrt.nvinfer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bytedeco.tensorrt.nvinfer.ILogger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What TensorRT says: passed on to SLF4J, and errors kept so that a failed call can quote them.
 *
 * <p><b>Thread</b>: TensorRT may call from any of its threads, so errors are kept in one ring and not by thread: of several calls
 * at a time one may quote the error of another as well as its own.
 *
 * <p>One instance serves the process and is never freed: TensorRT keeps its address.
 */
final class TensorRtLog extends ILogger {

    /** The one logger, as TensorRT wants it. */
    static final TensorRtLog SHARED = new TensorRtLog();

    private static final Logger LOG = LoggerFactory.getLogger("io.insula.djl.tensorrt");
    private static final int KEPT = 32;

    private final Deque<String> errors = new ArrayDeque<>();
    private long logged;

    private TensorRtLog() {}

    /** Called by TensorRT; nothing may be thrown into its code. */
    @Override
    @SuppressWarnings("CatchAndPrintStackTrace")
    public void log(Severity severity, String message) {
        try {
            note(severity.value, message);
        } catch (RuntimeException | Error lost) {
            // An exception would unwind through native frames and end the process; the message is lost instead.
        }
    }

    void note(int severity, String message) {
        switch (severity) {
            case 0, 1 -> {
                keep(message);
                LOG.debug("{}", message);
            }
            case 2 -> LOG.warn("{}", message);
            case 3 -> LOG.debug("{}", message);
            default -> LOG.trace("{}", message);
        }
    }

    private void keep(String message) {
        synchronized (errors) {
            if (errors.size() == KEPT) {
                errors.removeFirst();
            }
            errors.addLast(message);
            logged++;
        }
    }

    /** A point in the log: {@link #failure} quotes what was logged after it. */
    long mark() {
        synchronized (errors) {
            return logged;
        }
    }

    /** The errors logged since a point, at most the last {@value #KEPT}. */
    List<String> since(long mark) {
        synchronized (errors) {
            long skipped = errors.size() - (logged - mark);
            return errors.stream().skip(Math.max(0, skipped)).toList();
        }
    }

    /** The exception for a failed call, with everything that TensorRT logged as an error since it began. */
    TensorRtException failure(long mark, String what) {
        List<String> said = since(mark);
        return new TensorRtException(
                what + (said.isEmpty() ? " (TensorRT logged no reason)" : ": " + String.join("; ", said)));
    }
}
