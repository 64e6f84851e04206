package io.insula.launcher;

import io.insula.launcher.terminal.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The progress of one build as lines: one for each twentieth of it, with the time that it took so far.
 *
 * <p><b>Thread:</b> one call at a time.
 */
final class BuildLines implements ai.djl.util.Progress {

    private static final int LINES = 20;

    private final Progress progress;
    private final LongSupplier nanos;
    private String what = "";
    private long whole = 1;
    private long shown;
    private long startedNanos;
    private boolean began;

    /**
     * @param nanos a clock as {@link System#nanoTime}
     */
    BuildLines(Progress progress, LongSupplier nanos) {
        this.progress = progress;
        this.nanos = nanos;
    }

    /** Whether anything was built. */
    boolean began() {
        return began;
    }

    @Override
    public void reset(String message, long max, String trailingMessage) {
        what = message;
        whole = Math.max(1, max);
        shown = 0;
    }

    @Override
    public void start(long initialProgress) {
        began = true;
        startedNanos = nanos.getAsLong();
        progress.line(what + ": building takes minutes, and happens once");
    }

    @Override
    public void end() {
        progress.line(what + ": ended after " + elapsed());
    }

    @Override
    public void increment(long increment) {
        throw new UnsupportedOperationException("builds report where they are, not how far they came");
    }

    @Override
    public void update(long done, String message) {
        long now = done * LINES / whole;
        if (now > shown) {
            shown = now;
            progress.line(String.format(Locale.ROOT, "%s: %d %%, %s", what, done * 100 / whole, elapsed()));
        }
    }

    private String elapsed() {
        Duration time = Duration.ofNanos(nanos.getAsLong() - startedNanos);
        return time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }
}
