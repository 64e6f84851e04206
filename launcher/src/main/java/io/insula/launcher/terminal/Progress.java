package io.insula.launcher.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.InstantSource;

/**
 * Shows what a long step of the command line is doing.
 *
 * <p><b>Thread:</b> one step at a time, any thread.
 */
public interface Progress {

    /** Begins a step of {@code totalBytes} bytes; 0 when the amount is not known. */
    Step begin(String title, long totalBytes);

    /** Prints one line between steps. */
    void line(String text);

    /** Bars, redrawn in place, on a terminal; plain lines, at most one every three seconds, elsewhere. */
    static Progress to(PrintStream out, boolean terminal) {
        return terminal
                ? new TerminalProgress(out, InstantSource.system(), Duration.ofMillis(100), true)
                : new TerminalProgress(out, InstantSource.system(), Duration.ofSeconds(3), false);
    }

    /** A running step; closing it leaves its last state on the screen. */
    interface Step extends AutoCloseable {

        /** Reports the bytes done so far, from the step's beginning. */
        void reached(long bytes);

        @Override
        void close();
    }
}
