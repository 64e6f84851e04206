package io.insula.bench.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Random bfloat16 numbers in native memory, of which every matrix of a model is a view.
 *
 * <p>They are even over {@code ±SPREAD}, whose standard deviation is about that of models' first weights, 0.02. One block serves
 * models of any size: matrices begin at places of their own, so that no two are equal.
 *
 * <p><b>Thread:</b> made in parallel on the common pool, about a second a gigabyte and processor.
 */
final class Noise implements AutoCloseable {

    static final double SPREAD = 0.035;

    private static final long SEED = 20_260_614;
    private static final long PART = 1 << 20;
    private static final int BYTES = Short.BYTES;
    /** Matrices begin at a multiple of so many elements. */
    private static final long STEP = 64;

    private static final ValueLayout.OfLong FOUR = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Arena arena = Arena.ofShared();
    private final MemorySegment numbers;

    /**
     * Makes the numbers.
     *
     * @param most elements of the largest matrix
     * @param matrices that must not begin at the same place
     */
    Noise(long most, int matrices) {
        long elements = Math.ceilDiv(most + STEP * (matrices + 1L), PART) * PART;
        this.numbers = arena.allocate(elements * BYTES, 64);
        short[] table = table();
        LongStream.range(0, elements / PART).parallel().forEach(part -> fill(part, table));
    }

    /** Four numbers of a random long: each takes a sixteenth of it to choose one of the table's. */
    private void fill(long part, short[] table) {
        SplittableRandom random = new SplittableRandom(SEED + part);
        MemorySegment target = numbers.asSlice(part * PART * BYTES, PART * BYTES);
        for (long at = 0; at < PART * BYTES; at += Long.BYTES) {
            long bits = random.nextLong();
            long four = 0;
            for (int i = 0; i < 4; i++) {
                four |= (table[(int) (bits >>> (16 * i)) & (table.length - 1)] & 0xFFFFL) << (16 * i);
            }
            target.set(FOUR, at, four);
        }
    }

    private static short[] table() {
        short[] table = new short[1 << 12];
        for (int i = 0; i < table.length; i++) {
            float value = (float) (SPREAD * (2.0 * (i + 0.5) / table.length - 1));
            table[i] = (short) (Float.floatToRawIntBits(value) >>> Short.SIZE);
        }
        return table;
    }

    /**
     * A matrix, bfloat16 and read-only; the same for the same number.
     *
     * @param number 0 to one less than how many there may be
     */
    MemorySegment matrix(int number, long elements) {
        long from = number * STEP;
        return numbers.asSlice(from * BYTES, elements * BYTES).asReadOnly();
    }

    /** Memory that lives as long as the numbers. */
    Arena arena() {
        return arena;
    }

    @Override
    public void close() {
        arena.close();
    }
}
