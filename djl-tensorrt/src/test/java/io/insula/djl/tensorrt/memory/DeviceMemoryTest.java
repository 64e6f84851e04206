package io.insula.djl.tensorrt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.ref.WeakReference;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceMemoryTest {

    private static final long DEVICE_BYTES = 1 << 20;

    private final FakeCuda cuda = new FakeCuda(1, DEVICE_BYTES);
    private final Gpu gpu = new Gpu(cuda, 0, new MemorySettings(64, 2, 0, true));
    private final DeviceStream stream = gpu.streams().lend();

    @Test
    void keepsAccounts() {
        DeviceBlock first = gpu.memory().allocate(stream, 1000, "first");
        DeviceBlock second = gpu.memory().allocate(stream, 24, "second");
        assertThat(gpu.memory().account()).isEqualTo(new MemoryAccount(1024, 2, 1024, 0));
        first.close();
        assertThat(gpu.memory().account()).isEqualTo(new MemoryAccount(24, 1, 1024, 0));
        second.close();
        assertThat(gpu.memory().account().liveBytes()).isZero();
        // Given back in the order of the stream, not at once.
        assertThat(cuda.liveBlocks()).isEqualTo(2);
        stream.synchronize();
        assertThat(cuda.liveBlocks()).isZero();
    }

    @Test
    void namesWhatIsStillHeldAndWhere() {
        try (DeviceBlock block = gpu.memory().allocate(stream, 10, "the lost one")) {
            assertThat(block.sizeBytes()).isEqualTo(10);
            assertThat(gpu.memory().holdings())
                    .singleElement()
                    .satisfies(holding -> assertThat(holding.toString())
                            .startsWith("the lost one, 10 bytes, taken")
                            .contains("namesWhatIsStillHeldAndWhere"));
        }
    }

    @Test
    void isFreedByItsLastOwnerOnce() {
        DeviceBlock block = gpu.memory().allocate(stream, 10, "shared");
        block.share();
        block.close();
        assertThat(block.address()).isPositive();
        block.close();
        block.close();
        stream.synchronize();
        assertThat(cuda.liveBlocks()).isZero();
        assertThatIllegalStateException().isThrownBy(block::address).withMessageContaining("freed already: shared");
        assertThatIllegalStateException().isThrownBy(block::share);
    }

    @Test
    void collectsWhatEverybodyForgot() throws InterruptedException {
        WeakReference<DeviceBlock> forgotten = new WeakReference<>(gpu.memory().allocate(stream, 10, "forgotten"));
        while (gpu.memory().account().lostBlocks() == 0) {
            System.gc();
            Thread.onSpinWait();
        }
        assertThat(forgotten.get()).isNull();
        assertThat(gpu.memory().account().liveBlocks()).isZero();
    }

    @Test
    void usesMemoryThatIsOnItsWayBack() {
        gpu.memory().allocate(stream, DEVICE_BYTES - 10, "large").close();
        // The free has not run yet: the device is full until somebody waits.
        try (DeviceBlock block = gpu.memory().allocate(stream, DEVICE_BYTES - 10, "again")) {
            assertThat(block.address()).isPositive();
        }
        assertThat(cuda.trims()).isEqualTo(1);
    }

    @Test
    void tellsWhoHoldsWhatWhenMemoryEnds() {
        try (DeviceBlock block = gpu.memory().allocate(stream, 1000, "held")) {
            assertThat(block.sizeBytes()).isEqualTo(1000);
            assertThatExceptionOfType(CudaException.class)
                    .isThrownBy(() -> gpu.memory().allocate(stream, DEVICE_BYTES, "NDArray (1024, 1024)"))
                    .matches(CudaException::outOfMemory)
                    .withMessage("NDArray (1024, 1024): allocating 1048576 bytes: cudaErrorMemoryAllocation, out of"
                            + " memory (free: 1047576 of 1048576 bytes; this engine's arrays hold 1000 bytes in 1"
                            + " blocks)");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gpu.memory().allocate(stream, -1, "negative"))
                .withMessage("sizeBytes: -1 (expected: 0 or more)");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 63, 64, 65, 128, 1000})
    void movesAnySizeThroughItsChunks(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        try (DeviceBlock block = gpu.memory().allocate(stream, size, "transfer");
                Arena arena = Arena.ofConfined()) {
            byte[] source = bytes.clone();
            gpu.staging().upload(stream, block.address(), MemorySegment.ofArray(source));
            // The source may be reused at once, although nothing was copied to the device yet.
            java.util.Arrays.fill(source, (byte) 0);
            MemorySegment target = arena.allocate(Math.max(1, size)).asSlice(0, size);
            gpu.staging().download(stream, target, block.address());
            assertThat(target.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE)).containsExactly(bytes);
        }
        assertThat(cuda.livePinned()).isLessThanOrEqualTo(2);
    }

    @Test
    void manyTransfersShareFewChunks() throws Exception {
        try (ExecutorService executor = Executors.newFixedThreadPool(6)) {
            var runs = IntStream.range(0, 6)
                    .<Future<?>>mapToObj(seed -> executor.submit(() -> {
                        Random random = new Random(seed);
                        DeviceStream own = gpu.streams().lend();
                        for (int i = 0; i < 50; i++) {
                            byte[] bytes = new byte[random.nextInt(500)];
                            random.nextBytes(bytes);
                            byte[] back = new byte[bytes.length];
                            try (DeviceBlock block = gpu.memory().allocate(own, bytes.length, "transfer")) {
                                gpu.staging().upload(own, block.address(), MemorySegment.ofArray(bytes));
                                gpu.staging().download(own, MemorySegment.ofArray(back), block.address());
                            }
                            assertThat(back).containsExactly(bytes);
                        }
                    }))
                    .toList();
            for (Future<?> run : runs) {
                run.get();
            }
        }
        assertThat(cuda.livePinned()).isLessThanOrEqualTo(2);
    }

    @Test
    void copiesWithinBoundsOnly() {
        try (DeviceBlock a = gpu.memory().allocate(stream, 10, "a");
                DeviceBlock b = gpu.memory().allocate(gpu.streams().lend(), 10, "b")) {
            assertThatExceptionOfType(IndexOutOfBoundsException.class)
                    .isThrownBy(() -> a.copyFrom(5, b, 0, 6))
                    .withMessage("bytes 5..11 of a, 10 bytes (expected: within it)")
                    .satisfies(e -> assertThat(e).hasNoCause());
        }
    }

    @Test
    void readsSettings() {
        assertThat(MemorySettings.ofSystem()).isEqualTo(new MemorySettings(4 << 20, 8, 1 << 30, false));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MemorySettings(0, 1, 0, false))
                .withMessage("chunkBytes: 0 (expected: at least 1)");
        System.setProperty("io.insula.djl.tensorrt.pool.bytes", "much");
        try {
            assertThatIllegalArgumentException()
                    .isThrownBy(MemorySettings::ofSystem)
                    .withMessage("io.insula.djl.tensorrt.pool.bytes: much (expected: a number of bytes, 0 or more)");
        } finally {
            System.clearProperty("io.insula.djl.tensorrt.pool.bytes");
        }
    }
}
