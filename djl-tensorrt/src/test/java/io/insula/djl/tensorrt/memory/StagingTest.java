package io.insula.djl.tensorrt.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StagingTest {

    private static final int CHUNK = 64;

    private final FakeCuda cuda = new FakeCuda(1, 1 << 20);
    private final Gpu gpu = new Gpu(cuda, 0, new MemorySettings(CHUNK, 2, 0, true));

    @ParameterizedTest
    @ValueSource(ints = {1, CHUNK, 4 * CHUNK - 1, 4 * CHUNK, 9 * CHUNK, 100 * CHUNK + 17})
    void largeMemoryTravelsByTheHandsOfSeveral(int bytes) {
        Staging staging = new Staging(cuda, 0, CHUNK, 3, new Copiers(4));
        DeviceStream stream = gpu.streams().lend();
        byte[] sent = new byte[bytes];
        new Random(bytes).nextBytes(sent);
        try (DeviceBlock block = gpu.memory().allocate(stream, bytes, "there");
                Arena mine = Arena.ofConfined();
                Arena everybodys = Arena.ofShared()) {
            MemorySegment source = mine.allocateFrom(ValueLayout.JAVA_BYTE, sent);
            staging.upload(stream, block.address(), source);
            source.fill((byte) 0);
            MemorySegment target = everybodys.allocate(bytes);
            staging.download(stream, target, block.address());
            assertThat(target.toArray(ValueLayout.JAVA_BYTE)).isEqualTo(sent);
            byte[] heap = new byte[bytes];
            staging.download(stream, MemorySegment.ofArray(heap), block.address());
            assertThat(heap).isEqualTo(sent);
        }
        stream.synchronize();
        assertThat(cuda.liveBlocks()).isZero();
    }

    @Test
    void whoeverHoldsTheStreamCopiesAlone() {
        Staging staging = new Staging(cuda, 0, CHUNK, 3, new Copiers(4));
        DeviceStream stream = gpu.streams().lend();
        byte[] sent = new byte[40 * CHUNK];
        new Random(1).nextBytes(sent);
        try (DeviceBlock block = gpu.memory().allocate(stream, sent.length, "there")) {
            stream.submit(queue -> staging.upload(stream, block.address(), MemorySegment.ofArray(sent)));
            byte[] back = new byte[sent.length];
            staging.download(stream, MemorySegment.ofArray(back), block.address());
            assertThat(back).isEqualTo(sent);
        }
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aFaultOfTheDeviceIsToldAtEveryTransfer() {
        DeviceStream stream = gpu.streams().lend();
        byte[] sent = new byte[8 * CHUNK];
        try (DeviceBlock block = gpu.memory().allocate(stream, sent.length, "there")) {
            gpu.staging().upload(stream, block.address(), MemorySegment.ofArray(sent));
            cuda.breakDown(true);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> gpu.staging().upload(stream, block.address(), MemorySegment.ofArray(sent)))
                        .as("with two chunks, none of which may be lost")
                        .isInstanceOf(CudaException.class)
                        .hasMessageContaining("cudaErrorIllegalAddress");
            }
            cuda.breakDown(false);
            gpu.staging().upload(stream, block.address(), MemorySegment.ofArray(sent));
        }
        stream.synchronize();
        assertThat(cuda.livePinned()).isEqualTo(1);
    }

    @Test
    @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aChunkThatCouldNotBeMadeIsMadeLater() {
        DeviceStream stream = gpu.streams().lend();
        byte[] sent = new byte[8 * CHUNK];
        try (DeviceBlock block = gpu.memory().allocate(stream, sent.length, "there")) {
            cuda.withoutEvents(true);
            for (int i = 0; i < 5; i++) {
                assertThatThrownBy(() -> gpu.staging().upload(stream, block.address(), MemorySegment.ofArray(sent)))
                        .isInstanceOf(CudaException.class);
            }
            assertThat(cuda.livePinned()).isZero();
            cuda.withoutEvents(false);
            gpu.staging().upload(stream, block.address(), MemorySegment.ofArray(sent));
        }
        assertThat(cuda.livePinned()).isEqualTo(1);
    }

    @Test
    void withoutThreadsTheCallerCopiesEverything() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Set<Long> done = ConcurrentHashMap.newKeySet();
        Copiers alone = new Copiers(3, work -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        alone.share(MemorySegment.ofArray(new byte[9]), 1, (part, at) -> {
            threads.add(Thread.currentThread());
            done.add(at);
        });
        assertThat(threads).containsExactly(Thread.currentThread());
        assertThat(done).containsExactlyInAnyOrder(0L, 3L, 6L);
    }

    @Test
    void rangesAreCopiedBesideEachOther() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(3);
        new Copiers(3).share(MemorySegment.ofArray(new byte[9]), 1, (part, at) -> {
            threads.add(Thread.currentThread());
            all.countDown();
            await(all);
        });
        assertThat(threads).hasSize(3);
    }

    @Test
    void tellsWhatFailedOnceEverybodyIsDone() {
        Set<Long> done = ConcurrentHashMap.newKeySet();
        assertThatThrownBy(() -> new Copiers(3).share(MemorySegment.ofArray(new byte[9]), 1, (part, at) -> {
                    done.add(at);
                    if (at == 3) {
                        throw new IllegalStateException("no");
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
        assertThat(done).containsExactlyInAnyOrder(0L, 3L, 6L);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
