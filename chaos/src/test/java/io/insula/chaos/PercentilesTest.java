package io.insula.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PercentilesTest {

    @Test
    void areNearestRanks() {
        Percentiles hundred = Percentiles.of(
                IntStream.rangeClosed(1, 100).mapToObj(i -> (double) (101 - i)).toList());

        assertThat(hundred.at(50)).isEqualTo(50);
        assertThat(hundred.at(99)).isEqualTo(99);
        assertThat(hundred.most()).isEqualTo(100);
        assertThat(Percentiles.of(List.of(7.0)).at(50)).isEqualTo(7);
        assertThat(Percentiles.of(List.of()).most()).isZero();
    }
}
