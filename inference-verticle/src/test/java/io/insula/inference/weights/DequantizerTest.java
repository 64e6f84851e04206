package io.insula.inference.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DequantizerTest {

    private static final short ONE_AND_A_HALF = Float.floatToFloat16(1.5f);
    private static final short MINUS_TWO = Float.floatToFloat16(-2f);

    @Test
    void decodesHalfAndBrainFloats() {
        ByteBuffer halves = little(4).putShort((short) 0x3C00).putShort((short) 0x8001);
        assertThat(all(TensorType.F16, halves, 2)).containsExactly(1f, -0x1p-24f);
        ByteBuffer brain = little(4).putShort((short) 0x3F80).putShort((short) 0xC049);
        assertThat(all(TensorType.BF16, brain, 2)).containsExactly(1f, -3.140625f);
    }

    @Test
    void decodesABlockOfQ40ByHand() {
        ByteBuffer block = little(18).putShort(ONE_AND_A_HALF);
        for (int i = 0; i < 16; i++) {
            block.put((byte) ((15 - i) << 4 | i));
        }
        float[] values = all(TensorType.Q4_0, block, 32);
        for (int i = 0; i < 16; i++) {
            assertThat(values[i]).isEqualTo((i - 8) * 1.5f);
            assertThat(values[16 + i]).isEqualTo((7 - i) * 1.5f);
        }
    }

    @Test
    void decodesABlockOfQ41ByHand() {
        ByteBuffer block = little(20).putShort(ONE_AND_A_HALF).putShort(MINUS_TWO);
        for (int i = 0; i < 16; i++) {
            block.put((byte) ((15 - i) << 4 | i));
        }
        float[] values = all(TensorType.Q4_1, block, 32);
        for (int i = 0; i < 16; i++) {
            assertThat(values[i]).isEqualTo(i * 1.5f - 2f);
            assertThat(values[16 + i]).isEqualTo((15 - i) * 1.5f - 2f);
        }
    }

    @Test
    void decodesABlockOfQ80ByHand() {
        ByteBuffer block = little(34).putShort(MINUS_TWO);
        for (int i = 0; i < 32; i++) {
            block.put((byte) (i * 8 - 128));
        }
        float[] values = all(TensorType.Q8_0, block, 32);
        for (int i = 0; i < 32; i++) {
            assertThat(values[i]).isEqualTo((i * 8 - 128) * -2f);
        }
    }

    @Test
    void anyRangeEqualsThatPartOfTheWhole() {
        long seed = 7;
        Random random = new Random(seed);
        for (TensorType type : TensorType.values()) {
            if (!type.supported()) {
                continue;
            }
            int elements = 3 * Math.max(32, type.blockSize());
            byte[] bytes = new byte[(int) type.bytes(elements)];
            random.nextBytes(bytes);
            float[] whole = all(type, ByteBuffer.wrap(bytes), elements);
            for (int trial = 0; trial < 200; trial++) {
                int from = random.nextInt(elements);
                int count = random.nextInt(elements + 1 - from);
                float[] part = new float[count + 2];
                Dequantizer.toFloat(type, MemorySegment.ofArray(bytes), from, part, 1, count);
                for (int i = 0; i < count; i++) {
                    assertThat(Float.floatToRawIntBits(part[1 + i]))
                            .as("%s from %d count %d element %d, seed %d", type, from, count, i, seed)
                            .isEqualTo(Float.floatToRawIntBits(whole[from + i]));
                }
                assertThat(part[0]).isZero();
                assertThat(part[count + 1]).isZero();
            }
        }
    }

    @Test
    void refusesARangeOutsideOfTheSegment() {
        MemorySegment block = MemorySegment.ofArray(new byte[18]);
        float[] out = new float[64];
        assertThatThrownBy(() -> Dequantizer.toFloat(TensorType.Q4_0, block, 1, out, 0, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Dequantizer.toFloat(TensorType.Q4_0, block, 0, out, 33, 32))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static float[] all(TensorType type, ByteBuffer bytes, int count) {
        float[] values = new float[count];
        Dequantizer.toFloat(type, MemorySegment.ofBuffer(bytes.rewind()), 0, values, 0, count);
        return values;
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
