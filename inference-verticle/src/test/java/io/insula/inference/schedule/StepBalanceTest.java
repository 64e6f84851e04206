package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The balance on a simulated engine whose chunks cost a fixed time and a time for each token. */
class StepBalanceTest {

    private static final int PROMPT = 1_500;

    /** Microseconds. */
    private static long chunkTime(int context, int tokens) {
        return 6_000 + tokens * (1_500L + context / 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 8, 16})
    void runningStreamsAndANewcomerBothKeepTheirPace(int rows) {
        long decodeTime = 8_000 + 4_000L * rows;
        StepBalance balance = new StepBalance(64);
        List<Long> gaps = new ArrayList<>();
        long first = newcomer(balance, 0, decodeTime, new ArrayList<>());
        for (int i = 0; i < 40; i++) {
            balance.decoded(decodeTime);
        }
        // The first of them finds out what short chunks cost.
        newcomer(balance, rows, decodeTime, new ArrayList<>());
        long beside = newcomer(balance, rows, decodeTime, gaps);
        Collections.sort(gaps);
        assertThat((double) gaps.get(gaps.size() / 2) / decodeTime).as("p50").isLessThanOrEqualTo(2);
        assertThat((double) gaps.get(gaps.size() * 99 / 100) / decodeTime)
                .as("p99")
                .isLessThanOrEqualTo(3);
        assertThat((double) beside / first).as("time to first token").isLessThanOrEqualTo(2.5);
    }

    /** Prefills a prompt; returns how long it took and notes the time from each decode step's end to the next one's. */
    private static long newcomer(StepBalance balance, int rows, long decodeTime, List<Long> gaps) {
        long now = 0;
        long lastDecode = 0;
        int done = 0;
        while (done < PROMPT) {
            if (rows == 0 || balance.prefillIsDue()) {
                int chunk = balance.chunk(PROMPT - done, done, rows);
                assertThat(chunk).isBetween(2, 65);
                long time = chunkTime(done, chunk);
                balance.prefilled(done, chunk, time, rows);
                now += time;
                done += chunk;
            } else {
                now += decodeTime;
                balance.decoded(decodeTime);
                gaps.add(now - lastDecode);
                lastDecode = now;
            }
        }
        return now;
    }
}
