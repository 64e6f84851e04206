package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The balance on a simulated engine whose chunks cost a fixed time, a time for each token, and a time for each token before
 * them, as measured on the starter model; steps jitter.
 */
class StepBalanceTest {

    private static final int PROMPT = 1_500;
    private static final double JITTER = 0.06;
    /** Beside four streams a decode step is so short that the part of a chunk's cost which grows with the context weighs. */
    private static final double LONGEST_WAIT_OF_FEW = 2.9;

    private final Random random = new Random(7);

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void runningStreamsAndANewcomerBothKeepTheirPace(int rows) {
        StepBalance balance = new StepBalance(64);
        double alone = newcomer(balance, 0, new ArrayList<>());
        List<Double> undisturbed = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            undisturbed.add(decode(balance, rows));
        }
        // The first of them finds out what short chunks cost.
        newcomer(balance, rows, new ArrayList<>());
        List<Double> gaps = new ArrayList<>();
        double beside = newcomer(balance, rows, gaps);
        assertThat(quantile(gaps, 0.5) / quantile(undisturbed, 0.5)).as("p50").isLessThanOrEqualTo(2);
        assertThat(quantile(gaps, 0.99) / quantile(undisturbed, 0.99)).as("p99").isLessThanOrEqualTo(3);
        assertThat(beside / alone).as("time to first token").isLessThanOrEqualTo(rows < 8 ? LONGEST_WAIT_OF_FEW : 2.5);
    }

    /** Prefills a prompt; returns how long it took and notes the time from each decode step's end to the next one's. */
    private double newcomer(StepBalance balance, int rows, List<Double> gaps) {
        double now = 0;
        double lastDecode = 0;
        int done = 0;
        while (done < PROMPT) {
            if (rows == 0 || balance.prefillIsDue()) {
                int chunk = balance.chunk(PROMPT - done, done, rows);
                assertThat(chunk).isBetween(2, 65);
                double time = (5_000 + 0.022 * 1_000 * done + chunk * (3_750 + done)) * jitter();
                balance.prefilled(done, chunk, (long) time, rows);
                now += time;
                done += chunk;
            } else {
                now += decode(balance, rows);
                gaps.add(now - lastDecode);
                lastDecode = now;
            }
        }
        return now;
    }

    private double decode(StepBalance balance, int rows) {
        double time = (20_000 + 4_500 * rows) * jitter();
        balance.decoded((long) time);
        return time;
    }

    private double jitter() {
        return Math.exp(JITTER * random.nextGaussian());
    }

    private static double quantile(List<Double> values, double share) {
        return values.stream().sorted().toList().get((int) (share * (values.size() - 1)));
    }
}
