package io.insula.djl.tensorrt.plan;

import ai.djl.util.Progress;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The progress of one build as lines: one for each twentieth of it, with the time that it took so far.
 *
 * <p><b>Thread:</b> one call at a time.
 */
public final class BuildLines implements Progress {

    private static final Logger LOG = LoggerFactory.getLogger(BuildLines.class);
    private static final int LINES = 20;

    private final Consumer<String> lines;
    private final LongSupplier nanos;
    private String what = "";
    private long whole = 1;
    private long shown;
    private long startedNanos;
    private boolean began;

    /** Of a build that nobody watches. */
    static BuildLines logged() {
        return new BuildLines(LOG::info);
    }

    /**
     * Tells lines, with this machine's time.
     *
     * @param lines takes each
     */
    public BuildLines(Consumer<String> lines) {
        this(lines, System::nanoTime);
    }

    /**
     * @param nanos a clock as {@link System#nanoTime}
     */
    BuildLines(Consumer<String> lines, LongSupplier nanos) {
        this.lines = lines;
        this.nanos = nanos;
    }

    /** Whether anything was built. */
    public boolean began() {
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
        lines.accept(what + ": this may take minutes");
    }

    @Override
    public void end() {
        lines.accept(what + ": ended after " + elapsed());
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
            lines.accept(String.format(Locale.ROOT, "%s: %d %%, %s", what, done * 100 / whole, elapsed()));
        }
    }

    private String elapsed() {
        Duration time = Duration.ofNanos(nanos.getAsLong() - startedNanos);
        return time.toMinutes() + " min " + time.toSecondsPart() + " s";
    }
}
