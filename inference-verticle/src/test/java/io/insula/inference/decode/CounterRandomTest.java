package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CounterRandomTest {

    /** The known-answer vectors that the authors of Philox publish with Random123. */
    @Test
    void agreesWithThePublishedVectors() {
        assertThat(CounterRandom.philox(0, 0, 0, 0, 0, 0))
                .containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(CounterRandom.philox(-1, -1, -1, -1, -1, -1))
                .containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(CounterRandom.philox(0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    @Test
    void staysInTheUnitIntervalAndFillsItEvenly() {
        int[] tenths = new int[10];
        for (int index = 0; index < 100_000; index++) {
            double number = CounterRandom.uniform(42, 0, index);
            assertThat(number).isGreaterThanOrEqualTo(0).isLessThan(1);
            tenths[(int) (number * 10)]++;
        }
        double chiSquare = 0;
        for (int count : tenths) {
            chiSquare += Math.pow(count - 10_000, 2) / 10_000;
        }
        assertThat(chiSquare).as("chi-square of seed 42, 9 degrees, 0.1 %%").isLessThan(27.88);
    }

    @Test
    void givesEverySeedChoiceAndIndexItsOwnNumber() {
        Set<Double> numbers = new HashSet<>();
        for (long seed : new long[] {0, 1, 1L << 32, -1}) {
            for (int choice = 0; choice < 4; choice++) {
                for (int index = 0; index < 100; index++) {
                    numbers.add(CounterRandom.uniform(seed, choice, index));
                }
            }
        }
        assertThat(numbers).hasSize(4 * 4 * 100);
        assertThat(CounterRandom.uniform(7, 2, 9)).isEqualTo(CounterRandom.uniform(7, 2, 9));
    }
}
