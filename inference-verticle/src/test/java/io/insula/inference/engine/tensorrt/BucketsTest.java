package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.inference.engine.TinyModels;
import org.junit.jupiter.api.Test;

class BucketsTest {

    @Test
    void lengthsDoubleUpToWholeSlots() {
        assertThat(LengthBuckets.of(256, 4096, 1).tokens()).containsExactly(256, 512, 1024, 2048, 4096);
        assertThat(LengthBuckets.of(256, 1000, 8).tokens()).containsExactly(256, 512, 1000);
        assertThat(LengthBuckets.of(16, 150, 4).tokens()).containsExactly(16, 32, 64, 128, 152);
        assertThat(LengthBuckets.of(150, 150, 1).tokens()).containsExactly(150);
    }

    @Test
    void aSequenceIsInTheShortestLengthThatHoldsIt() {
        LengthBuckets buckets = LengthBuckets.of(16, 100, 1);
        assertThat(buckets.holding(0)).isEqualTo(16);
        assertThat(buckets.holding(16)).isEqualTo(16);
        assertThat(buckets.holding(17)).isEqualTo(32);
        assertThat(buckets.holding(65)).isEqualTo(100);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> buckets.holding(101))
                .withMessage("length: 101 (expected: at most 100)");
    }

    @Test
    void stepsAreOfPowersOfTwoAndOfAllSlots() {
        assertThat(BatchBuckets.of(1).rows()).containsExactly(1);
        assertThat(BatchBuckets.of(8).rows()).containsExactly(1, 2, 4, 8);
        assertThat(BatchBuckets.of(11).rows()).containsExactly(1, 2, 4, 8, 11);
        assertThat(BatchBuckets.of(11).holding(5)).isEqualTo(8);
        assertThat(BatchBuckets.of(11).holding(9)).isEqualTo(11);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BatchBuckets.of(11).holding(12))
                .withMessage("rows: 12 (expected: 1..11)");
    }

    /** TensorRT takes no other address, whatever the slot, block and length. */
    @Test
    void everyViewIsAligned() {
        CacheLayout layout = CacheLayout.of(TinyModels.shape(3), 2, 5, 20, 150);
        for (int length : layout.buckets().tokens()) {
            for (int block = 0; block < layout.blocks(); block++) {
                for (int slot = 0; slot < layout.slots(); slot++) {
                    assertThat(layout.offset(block, slot, length) % CacheLayout.ALIGNMENT)
                            .as("block %s, slot %s, length %s", block, slot, length)
                            .isZero();
                }
                for (int tokens = 1; tokens < 20; tokens++) {
                    assertThat(layout.stepRows(0, 3, tokens).row(block, 0) % CacheLayout.ALIGNMENT)
                            .isZero();
                }
            }
        }
    }
}
