package io.insula.djl.tensorrt.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BuildLinesTest {

    private final List<String> told = new ArrayList<>();
    private long now;
    private final BuildLines lines = new BuildLines(told::add, () -> now);

    @Test
    void aLineIsToldForEachTwentiethAndNoneTwice() {
        assertThat(lines.began()).isFalse();
        lines.reset("a model", 1000);
        lines.start(0);
        assertThat(lines.began()).isTrue();
        for (long done : new long[] {10, 49, 50, 60, 99, 990}) {
            lines.update(done);
        }
        now = TimeUnit.SECONDS.toNanos(65);
        lines.update(1000);
        lines.end();
        assertThat(told)
                .containsExactly(
                        "a model: this may take minutes",
                        "a model: 5 %, 0 min 0 s",
                        "a model: 99 %, 0 min 0 s",
                        "a model: 100 %, 1 min 5 s",
                        "a model: ended after 1 min 5 s");
    }
}
