package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import io.insula.inference.engine.TinyModels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Random calls against lists of tokens. Each token's rows hold a number of its own in every block and head. */
class DeviceCacheTest {

    private static final int SLOTS = 3;
    private static final int SLOT_TOKENS = 150;
    private static final int SEEDS = 25;
    private static final int CALLS = 120;

    private final FakeCuda cuda = new FakeCuda(1, 1L << 26);
    private final CudaStream stream = cuda.newStream(0);
    private final CacheLayout layout = CacheLayout.of(TinyModels.shape(2), Float.BYTES, SLOTS, 16, SLOT_TOKENS);
    private final long staging = cuda.allocate(0, layout.stepBytes(1, SLOT_TOKENS));
    private final long base = cuda.allocate(0, layout.bytes(layout.buckets().most()));
    private final DeviceCache cache = new DeviceCache(
            stream, layout, base, staging, (long) layout.buckets().most() * layout.rowBytes());

    @Test
    void holdsWhatWasPutIntoItWhateverItsLength() {
        boolean[] lengths = new boolean[SLOT_TOKENS + layout.buckets().most()];
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed);
            List<List<Integer>> expected = new ArrayList<>(IntStream.range(0, SLOTS)
                    .mapToObj(i -> new ArrayList<Integer>())
                    .toList());
            for (int slot = 0; slot < SLOTS; slot++) {
                cache.clear(slot);
            }
            for (int call = 0; call < CALLS; call++) {
                call(random, expected);
                lengths[cache.stride()] = true;
                check(expected, "seed " + seed + ", call " + call);
            }
        }
        assertThat(layout.buckets().tokens()).allMatch(length -> lengths[length]);
    }

    private void call(Random random, List<List<Integer>> expected) {
        int slot = random.nextInt(SLOTS);
        int other = (slot + 1) % SLOTS;
        switch (random.nextInt(12)) {
            case 0 -> {
                cache.clear(slot);
                expected.set(slot, new ArrayList<>());
            }
            case 1 -> {
                cache.copy(slot, other);
                expected.set(other, new ArrayList<>(expected.get(slot)));
            }
            case 2 -> {
                int held = expected.get(slot).size();
                if (held == 0) {
                    return;
                }
                int from = random.nextInt(held);
                cache.clear(other);
                cache.reserve(held - from);
                cache.gather(slot, from, held - from, staging);
                cache.scatter(other, held - from, staging);
                expected.set(other, new ArrayList<>(expected.get(slot).subList(from, held)));
            }
            case 3, 4 -> {
                for (int step = 0; step < DeviceCache.PATIENCE; step++) {
                    cache.relax();
                }
            }
            default -> append(slot, 1 + random.nextInt(random.nextBoolean() ? 4 : 40), random, expected);
        }
    }

    private void append(int slot, int wanted, Random random, List<List<Integer>> expected) {
        int tokens = Math.min(wanted, SLOT_TOKENS - expected.get(slot).size());
        if (tokens == 0) {
            return;
        }
        int[] added = random.ints(tokens, 0, 1 << 20).toArray();
        // Laying out may use the staging memory, so that room comes first, as in the engine.
        cache.reserve(expected.get(slot).size() + tokens);
        stream.synchronize();
        RowBlocks rows = layout.stepRow(staging, 1, tokens, 0);
        for (int block = 0; block < layout.blocks(); block++) {
            for (int head = 0; head < layout.kvHeads(); head++) {
                for (int i = 0; i < tokens; i++) {
                    fill(rows.row(block, head) + (long) i * layout.rowBytes(), number(added[i], block, head));
                }
            }
        }
        cache.append(slot, rows, tokens);
        Arrays.stream(added).forEach(expected.get(slot)::add);
    }

    private static float number(int token, int block, int head) {
        return token + 0.1f * block + 0.01f * head;
    }

    private void fill(long address, float number) {
        MemorySegment row = cuda.at(address, layout.rowBytes());
        for (long i = 0; i < layout.rowBytes() / Float.BYTES; i++) {
            row.setAtIndex(ValueLayout.JAVA_FLOAT, i, number);
        }
    }

    private void check(List<List<Integer>> expected, String what) {
        stream.synchronize();
        for (int slot = 0; slot < SLOTS; slot++) {
            assertThat(cache.length(slot)).as(what).isEqualTo(expected.get(slot).size());
            for (int block = 0; block < layout.blocks(); block++) {
                for (int head = 0; head < layout.kvHeads(); head++) {
                    // Dense: what the plan sees as [slots, kvHeads, length, headSize] from the block's first slot on.
                    long at = cache.view(block, 0)
                            + ((long) slot * layout.kvHeads() + head) * cache.stride() * layout.rowBytes();
                    for (int i = 0; i < expected.get(slot).size(); i++) {
                        float held = cuda.at(at + (long) i * layout.rowBytes(), Float.BYTES)
                                .get(ValueLayout.JAVA_FLOAT, 0);
                        if (held != number(expected.get(slot).get(i), block, head)) {
                            throw new AssertionError(
                                    what + ": slot " + slot + ", block " + block + ", head " + head + ", token " + i
                                            + " of " + expected.get(slot).size() + ": " + held);
                        }
                    }
                }
            }
        }
    }

    @Test
    void growsAtOnceAndShrinksOnlyAfterManySteps() {
        Random random = new Random(1);
        List<List<Integer>> expected = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        append(0, 5, random, expected);
        assertThat(cache.stride()).isEqualTo(16);
        append(1, 40, random, expected);
        assertThat(cache.stride()).isEqualTo(64);
        append(1, 24, random, expected);
        assertThat(cache.stride()).isEqualTo(64);
        append(1, 1, random, expected);
        assertThat(cache.stride()).isEqualTo(128);
        cache.clear(1);
        for (int step = 1; step < DeviceCache.PATIENCE; step++) {
            cache.relax();
            assertThat(cache.stride()).isEqualTo(128);
        }
        cache.relax();
        assertThat(cache.stride()).isEqualTo(16);
        check(List.of(expected.get(0), List.of(), List.of()), "shrunk");
    }

    @Test
    void aLongSequenceInBetweenStartsThePatienceAnew() {
        Random random = new Random(2);
        List<List<Integer>> expected = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        append(0, 5, random, expected);
        append(1, 100, random, expected);
        cache.clear(1);
        expected.get(1).clear();
        for (int step = 1; step < DeviceCache.PATIENCE; step++) {
            cache.relax();
        }
        append(1, 100, random, expected);
        cache.relax();
        cache.clear(1);
        for (int step = 1; step < DeviceCache.PATIENCE; step++) {
            cache.relax();
        }
        assertThat(cache.stride()).isEqualTo(128);
    }

    /** What is no number must not stay in memory that attention reads masked: nothing times no number is no number. */
    @Test
    void aSpoiltSlotLeavesNothingBehindButNumbers() {
        Random random = new Random(3);
        List<List<Integer>> expected = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        append(0, 10, random, expected);
        append(1, 3, random, expected);
        stream.synchronize();
        for (int block = 0; block < layout.blocks(); block++) {
            for (int i = 0; i < 10; i++) {
                fill(cache.view(block, 0) + (long) i * layout.rowBytes(), Float.NaN);
            }
        }
        cache.spoil(0);
        append(1, 50, random, expected);
        stream.synchronize();
        for (int slot = 1; slot < SLOTS; slot++) {
            requireNumbers(slot);
        }
        cache.copy(0, 2);
        cache.clear(0);
        stream.synchronize();
        requireNumbers(0);
        requireNumbers(1);
        cache.clear(2);
        stream.synchronize();
        requireNumbers(2);
    }

    private void requireNumbers(int slot) {
        for (int block = 0; block < layout.blocks(); block++) {
            float[] all = cuda.at(cache.view(block, slot), layout.slotBytes(cache.stride()))
                    .toArray(ValueLayout.JAVA_FLOAT);
            for (float number : all) {
                assertThat(number).isFinite();
            }
        }
    }
}
