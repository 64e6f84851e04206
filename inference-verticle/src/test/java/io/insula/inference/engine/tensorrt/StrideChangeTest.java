package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Against a plain copy of every row; the fake device refuses a copy whose rows overlap. */
class StrideChangeTest {

    private static final int SEEDS = 400;

    private final FakeCuda cuda = new FakeCuda(1, 1L << 24);
    private final CudaStream stream = cuda.newStream(0);

    @Test
    void everyRowKeepsWhatItHolds() {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            int rows = 1 + random.nextInt(60);
            int from = 1 + random.nextInt(40);
            int to = random.nextInt(4) == 0 ? 2 * from : 1 + random.nextInt(40);
            int width = 1 + random.nextInt(Math.min(from, to));
            int scratch = width * (1 + random.nextInt(8)) + random.nextInt(width);
            check(random, rows, from, to, width, scratch, "seed " + seed);
        }
    }

    private void check(Random random, int rows, int from, int to, int width, int scratchBytes, String what) {
        long base = cuda.allocate(0, (long) rows * Math.max(from, to));
        long scratch = cuda.allocate(0, scratchBytes);
        byte[] before = new byte[rows * Math.max(from, to)];
        random.nextBytes(before);
        MemorySegment memory = cuda.at(base, before.length);
        memory.copyFrom(MemorySegment.ofArray(before));

        new StrideChange(stream, base, rows, width, scratch, scratchBytes).run(from, to);
        stream.synchronize();

        byte[] after = memory.toArray(ValueLayout.JAVA_BYTE);
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < width; i++) {
                assertThat(after[row * to + i])
                        .as("%s: row %s of %s from %s to %s, byte %s", what, row, rows, from, to, i)
                        .isEqualTo(before[row * from + i]);
            }
        }
        cuda.free(0, base);
        cuda.free(0, scratch);
    }

    /** 64 blocks of 16 slots and 8 heads: a copy for each would be thousands. */
    @Test
    void fromOnePowerOfTwoToTheNextItTakesFewCopies() {
        int rows = 64 * 16 * 8;
        long base = cuda.allocate(0, rows * 128L);
        long scratch = cuda.allocate(0, 64);
        assertThat(new StrideChange(stream, base, rows, 64, scratch, 64).run(64, 128))
                .isLessThanOrEqualTo(16);
        assertThat(new StrideChange(stream, base, rows, 64, scratch, 64).run(128, 64))
                .isLessThanOrEqualTo(16);
        stream.synchronize();
    }

    @Test
    void rowsMustFit() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new StrideChange(stream, 0, 2, 9, 0, 100).run(8, 16))
                .withMessageStartingWith("width: 9 (expected: at most 8");
        assertThatIllegalArgumentException().isThrownBy(() -> new StrideChange(stream, 0, 2, 8, 0, 7).run(8, 16));
    }
}
