package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TimingTest {

    @Test
    void wallAndProcessorTimeHaveMediansOfTheirOwn() {
        List<Timing> timings = List.of(new Timing(3, 10), new Timing(1, 30), new Timing(2, 20));
        assertThat(Timing.median(timings)).isEqualTo(new Timing(2, 20));
    }

    @Test
    void theMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
        assertThat(Timing.median(List.of(new Timing(1, 4), new Timing(2, 8), new Timing(4, 0), new Timing(9, 1))))
                .isEqualTo(new Timing(3, 2.5));
    }

    @Test
    void aBlockThatComputesTakesProcessorTime() {
        double[] sum = new double[1];
        Timing timing = Timing.of(4, () -> {
            for (int i = 1; i < 5_000_000; i++) {
                sum[0] += Math.log(i);
            }
        });
        assertThat(sum[0]).isPositive();
        assertThat(timing.wallMillis()).isPositive();
        assertThat(timing.cpuMillis()).isPositive();
    }

    @Test
    void noTimingHasNoMedian() {
        assertThatThrownBy(() -> Timing.median(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
