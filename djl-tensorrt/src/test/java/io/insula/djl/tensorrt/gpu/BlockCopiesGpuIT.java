package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Copies of rows in blocks, against plain loops: pitches, blocks and beginnings of every kind. */
@NeedsGpu(builder = false)
class BlockCopiesGpuIT {

    private static final int BYTES = 1 << 16;

    private final Cuda cuda = new BytedecoCuda(0);

    @Test
    void rowsArriveWhereTheirBlocksSay() {
        CudaStream stream = cuda.newStream(0);
        long source = cuda.allocate(0, BYTES);
        long target = cuda.allocate(0, BYTES);
        try (PinnedMemory host = cuda.allocatePinned(BYTES)) {
            for (int seed = 0; seed < 200; seed++) {
                Random random = new Random(seed);
                byte[] before = new byte[BYTES];
                random.nextBytes(before);
                int rowBytes = 1 + random.nextInt(300);
                int rows = 1 + random.nextInt(8);
                int blocks = 1 + random.nextInt(8);
                RowBlocks from = blocks(random, source, rowBytes, rows);
                RowBlocks to = blocks(random, target, rowBytes, rows);
                host.segment().copyFrom(MemorySegment.ofArray(before));
                stream.copyToDevice(source, host.segment());
                stream.fill(target, 0, BYTES);

                stream.copyBlocks(to, from, rowBytes, rows, blocks);

                stream.copyToHost(host.segment(), target);
                stream.synchronize();
                byte[] expected = new byte[BYTES];
                for (int i = 0; i < rows * blocks; i++) {
                    System.arraycopy(
                            before,
                            (int) (from.row(i / rows, i % rows) - source),
                            expected,
                            (int) (to.row(i / rows, i % rows) - target),
                            rowBytes);
                }
                assertThat(host.segment().toArray(ValueLayout.JAVA_BYTE))
                        .as("seed %s", seed)
                        .isEqualTo(expected);
            }
        } finally {
            stream.close();
            cuda.free(0, source);
            cuda.free(0, target);
        }
    }

    /** Eight blocks of ten rows of at most 400 bytes fit. */
    private static RowBlocks blocks(Random random, long base, int rowBytes, int rows) {
        return new RowBlocks(
                base + random.nextInt(1000), rowBytes + random.nextInt(100), rows + (long) random.nextInt(3));
    }
}
