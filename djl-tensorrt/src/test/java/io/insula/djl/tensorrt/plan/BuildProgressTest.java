package io.insula.djl.tensorrt.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.util.Progress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BuildProgressTest {
    private final List<Long> shown = new ArrayList<>();
    private boolean broken;

    private final BuildProgress progress = new BuildProgress(new Progress() {
        @Override
        public void reset(String message, long max, String trailingMessage) {
            shown.clear();
        }

        @Override
        public void start(long initialProgress) {
            shown.add(initialProgress);
        }

        @Override
        public void end() {
            shown.add(-1L);
        }

        @Override
        public void increment(long increment) {
            throw new AssertionError("positions are told, not steps");
        }

        @Override
        public void update(long now, String message) {
            if (broken) {
                throw new IllegalStateException("closed window");
            }
            shown.add(now);
        }
    });

    @Test
    void addsInnerPhasesToTheStepTheyRunIn() {
        progress.start("x");
        progress.phaseStart("build", null, 4);
        progress.phaseStart("timing", "build", 10);
        progress.stepComplete("timing", 4);
        progress.phaseFinish("timing");
        progress.stepComplete("build", 0);
        progress.stepComplete("build", 2);
        progress.phaseFinish("build");
        progress.end(true);

        assertThat(shown).containsExactly(0L, 125L, 250L, 750L, 1000L, -1L);
    }

    @Test
    void neverGoesBackwardsAndNeverBeyondTheEnd() {
        progress.start("x");
        progress.phaseStart("a", null, 2);
        progress.stepComplete("a", 0);
        progress.stepComplete("a", 99);
        progress.phaseStart("b", null, 10);
        progress.stepComplete("b", 0);
        progress.stepComplete("unknown", 5);
        progress.phaseFinish("unknown");

        assertThat(shown).containsExactly(0L, 500L, 999L);
    }

    @Test
    void survivesPhasesThatNameEachOtherAsParents() {
        progress.start("x");
        progress.phaseStart("a", "b", 1);
        progress.phaseStart("b", "a", 1);
        progress.phaseStart("root", null, 0);
        progress.phaseStart("inner", "root", 1);
        progress.phaseStart("root", "root", 1);

        assertThat(progress.stepComplete("a", 0)).isTrue();
    }

    @Test
    void stopsTheBuildOfAnInterruptedThread() {
        progress.start("x");
        progress.phaseStart("build", null, 4);
        assertThat(progress.stepComplete("build", 0)).isTrue();
        Thread.currentThread().interrupt();

        assertThat(progress.stepComplete("build", 1)).isFalse();
        assertThat(Thread.interrupted()).as("the caller's to see").isTrue();
        assertThat(progress.stepComplete("build", 2))
                .as("once stopped, stopped")
                .isFalse();
        assertThat(progress.stopped()).isTrue();
        progress.end(false);
        assertThat(shown).doesNotContain(1000L).endsWith(-1L);
    }

    @Test
    void stopsTheBuildWhenTheProgressThrowsAndThrowsItAfterwards() {
        progress.start("x");
        broken = true;
        progress.phaseStart("build", null, 4);

        assertThat(progress.stepComplete("build", 0)).isFalse();
        assertThatIllegalStateException().isThrownBy(() -> progress.end(false)).withMessage("closed window");
    }
}
