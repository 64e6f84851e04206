package io.insula.launcher.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TerminalProgressTest {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    private Instant now = Instant.EPOCH;

    @Test
    void printsLinesNoMoreOftenThanItsInterval() {
        Progress progress = new TerminalProgress(out, () -> now, Duration.ofSeconds(3), false);
        try (Progress.Step step = progress.begin("Fetch", 10_000_000)) {
            for (int i = 1; i <= 8; i++) {
                now = now.plusSeconds(1);
                step.reached(i * 1_000_000L);
            }
        }
        assertThat(text().lines())
                .containsExactly(
                        "Fetch    0 %  0.0 MB of 10.0 MB",
                        "Fetch   30 %  3.0 MB of 10.0 MB  1.0 MB/s",
                        "Fetch   60 %  6.0 MB of 10.0 MB  1.0 MB/s",
                        "Fetch   80 %  8.0 MB of 10.0 MB  1.0 MB/s");
    }

    @Test
    void redrawsABarInPlaceOnATerminal() {
        Progress progress = new TerminalProgress(out, () -> now, Duration.ofMillis(100), true);
        try (Progress.Step step = progress.begin("Fetch", 1_000_000)) {
            now = now.plusMillis(200);
            step.reached(500_000);
        }
        assertThat(text())
                .contains("\r\u001b[KFetch  [###############               ]  50 %")
                .endsWith(System.lineSeparator());
        assertThat(text().lines().count()).isLessThanOrEqualTo(3);
    }

    private String text() {
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
