package io.insula.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextBatchesTest {

    @Test
    void everyTextIsInOneBatchAndNoBatchIsLargerThanAllowed() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<int[]> texts = new ArrayList<>();
            for (int i = random.nextInt(40); i >= 0; i--) {
                texts.add(new int[1 + random.nextInt(120)]);
            }
            List<List<Integer>> batches = TextBatches.of(texts, 256);
            assertThat(batches.stream().flatMap(List::stream).sorted().toList())
                    .as("seed %d", seed)
                    .isEqualTo(java.util.stream.IntStream.range(0, texts.size())
                            .boxed()
                            .toList());
            for (List<Integer> batch : batches) {
                int width = batch.stream()
                        .mapToInt(index -> texts.get(index).length)
                        .max()
                        .orElseThrow();
                assertThat(batch.size() * width).as("seed %d", seed).isLessThanOrEqualTo(256);
            }
        }
    }

    @Test
    void aTextThatIsLongerThanABatchIsAloneAndAlikeLengthsAreTogether() {
        assertThat(TextBatches.of(List.of(new int[2], new int[600], new int[200], new int[2]), 512))
                .containsExactly(List.of(0, 3), List.of(2), List.of(1));
    }
}
