package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;

class NoiseTest {

    @Test
    void numbersAreSpreadEvenlyAroundNothing() {
        try (Noise noise = new Noise(1 << 20, 4)) {
            float[] values = new float[1 << 20];
            new ModelTensor("w", TensorType.BF16, List.of(1L << 20), noise.matrix(3, 1 << 20)).toFloat(0, values);
            double sum = 0;
            double squares = 0;
            for (float value : values) {
                assertThat(Math.abs(value)).isLessThanOrEqualTo((float) Noise.SPREAD);
                sum += value;
                squares += (double) value * value;
            }
            assertThat(sum / values.length).isCloseTo(0, within(1e-4));
            assertThat(Math.sqrt(squares / values.length)).isCloseTo(Noise.SPREAD / Math.sqrt(3), within(1e-4));
        }
    }

    @Test
    void matricesAreNativeViewsOfWhichNoTwoAreEqual() {
        try (Noise noise = new Noise(4096, 3)) {
            MemorySegment first = noise.matrix(0, 4096);
            MemorySegment second = noise.matrix(1, 4096);
            MemorySegment third = noise.matrix(2, 2048);
            assertThat(first.isNative()).isTrue();
            assertThat(first.mismatch(noise.matrix(0, 4096))).isEqualTo(-1);
            assertThat(first.mismatch(second)).isNotEqualTo(-1);
            assertThat(third.mismatch(first.asSlice(0, third.byteSize()))).isNotEqualTo(-1);
            assertThat(third.mismatch(second.asSlice(0, third.byteSize()))).isNotEqualTo(-1);
        }
    }
}
