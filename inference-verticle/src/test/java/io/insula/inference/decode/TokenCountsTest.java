package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenCountsTest {

    @Test
    void countsAsAMapDoes() {
        for (long seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            TokenCounts counts = new TokenCounts();
            Map<Integer, Integer> expected = new LinkedHashMap<>();
            int vocabulary = 1 << (1 + random.nextInt(17));
            for (int i = 0; i < 2_000; i++) {
                int token = random.nextInt(vocabulary) << random.nextInt(3);
                counts.add(token);
                expected.merge(token, 1, Integer::sum);
            }
            Map<Integer, Integer> counted = new LinkedHashMap<>();
            for (int entry = 0; entry < counts.entries(); entry++) {
                counted.put(counts.token(entry), counts.count(entry));
            }
            assertThat(counted).as("seed %d", seed).containsExactlyEntriesOf(expected);
            for (int token = 0; token < 100; token++) {
                assertThat(counts.contains(token))
                        .as("token %d, seed %d", token, seed)
                        .isEqualTo(expected.containsKey(token));
            }
        }
    }
}
