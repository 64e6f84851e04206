package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    @Test
    void theNearestRankOfAllSamplesTogether() {
        Percentiles percentiles = Percentiles.of(List.of(new double[] {5, 1, 3}, new double[] {2, 4}));

        assertThat(percentiles.at(1)).isEqualTo(1);
        assertThat(percentiles.at(50)).isEqualTo(3);
        assertThat(percentiles.at(80)).isEqualTo(4);
        assertThat(percentiles.at(81)).isEqualTo(5);
        assertThat(percentiles.at(100)).isEqualTo(5);
    }

    @Test
    void nothingHasNoPercentile() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Percentiles.of(List.of(new double[0])))
                .withMessageContaining("samples");
    }
}
