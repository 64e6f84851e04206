package io.insula.launcher.terminal;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Draws progress as text, redrawing a bar in place or printing lines, no more often than an interval allows. */
final class TerminalProgress implements Progress {

    private static final int BAR_CELLS = 30;
    private static final String ERASE_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final InstantSource clock;
    private final Duration interval;
    private final boolean inPlace;

    TerminalProgress(PrintStream out, InstantSource clock, Duration interval, boolean inPlace) {
        this.out = out;
        this.clock = clock;
        this.interval = interval;
        this.inPlace = inPlace;
    }

    @Override
    public Step begin(String title, long totalBytes) {
        DrawnStep step = new DrawnStep(title, totalBytes);
        step.draw();
        return step;
    }

    @Override
    public void line(String text) {
        out.println(text);
        out.flush();
    }

    private final class DrawnStep implements Step {

        private final String title;
        private final long total;
        private final Instant started = clock.instant();
        private @Nullable Instant drawn;
        private long done;
        private long drawnDone = -1;

        DrawnStep(String title, long total) {
            this.title = title;
            this.total = total;
        }

        @Override
        public synchronized void reached(long bytes) {
            done = bytes;
            if (drawn == null || !clock.instant().isBefore(drawn.plus(interval))) {
                draw();
            }
        }

        @Override
        public synchronized void close() {
            if (drawnDone != done) {
                draw();
            }
            if (inPlace) {
                out.println();
            }
            out.flush();
        }

        private void draw() {
            drawn = clock.instant();
            drawnDone = done;
            if (inPlace) {
                out.print(ERASE_LINE + text());
            } else {
                out.println(text());
            }
            out.flush();
        }

        private String text() {
            String speed = speed();
            if (total <= 0) {
                return done == 0 ? title : String.format(Locale.ROOT, "%s  %s%s", title, megabytes(done), speed);
            }
            double part = Math.min(1, (double) done / total);
            String amount = String.format(
                    Locale.ROOT, "%3d %%  %s of %s%s", (int) (part * 100), megabytes(done), megabytes(total), speed);
            if (!inPlace) {
                return title + "  " + amount;
            }
            int filled = (int) (part * BAR_CELLS);
            return title + "  [" + "#".repeat(filled) + " ".repeat(BAR_CELLS - filled) + "] " + amount;
        }

        private String speed() {
            long millis = Duration.between(started, clock.instant()).toMillis();
            return millis < 1000 || done == 0 ? "" : String.format(Locale.ROOT, "  %.1f MB/s", done / 1000.0 / millis);
        }

        private static String megabytes(long bytes) {
            return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
        }
    }
}
