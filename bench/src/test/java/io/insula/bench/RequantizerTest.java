package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufWriter;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequantizerTest {

    @TempDir
    Path folder;

    @Test
    void aBlockIsWithinHalfAStepOfItsValues() throws Exception {
        long seed = 3;
        Random random = new Random(seed);
        float[] values = new float[64];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        Path file = folder.resolve("q40.gguf");
        new GgufWriter()
                .string("general.architecture", "tiny")
                .tensor("t", TensorType.Q4_0, List.of(64L), Requantizer.quantize(values))
                .write(file);
        try (GgufFile opened = GgufFile.open(file)) {
            float[] back = new float[64];
            opened.tensor("t").toFloat(0, back);
            for (int block = 0; block < 64; block += 32) {
                float extreme = 0;
                for (int i = block; i < block + 32; i++) {
                    extreme = Math.max(extreme, Math.abs(values[i]));
                }
                for (int i = block; i < block + 32; i++) {
                    // The value opposite to the extreme one may be clipped by one whole step.
                    assertThat(back[i])
                            .as("seed %d element %d", seed, i)
                            .isCloseTo(values[i], within(extreme / 8 * 1.01f));
                }
            }
        }
    }

    @Test
    void keepsMetadataAndOtherTensors() throws Exception {
        Path source = folder.resolve("q41.gguf");
        byte[] stored = new byte[20];
        new Random(5).nextBytes(stored);
        stored[1] = 0x20;
        stored[3] = 0x20;
        new GgufWriter()
                .string("general.architecture", "tiny")
                .uint32("general.file_type", 3)
                .strings("names", List.of("a", "b"))
                .int32s("kinds", 1, -2)
                .float32("eps", 1e-5f)
                .bool("flag", false)
                .tensor("norm", List.of(2L), 1, 2)
                .tensor("weight", TensorType.Q4_1, List.of(32L), stored)
                .write(source);
        Path target = folder.resolve("q40.gguf");
        Requantizer.toQ40(source, target);
        try (GgufFile file = GgufFile.open(target)) {
            assertThat(file.metadata().integer("general.file_type")).isEqualTo(2);
            assertThat(file.metadata().strings("names")).containsExactly("a", "b");
            assertThat(file.metadata().integers("kinds")).containsExactly(1, -2);
            assertThat(file.metadata().real("eps")).isCloseTo(1e-5, within(1e-10));
            assertThat(file.metadata().bool("flag")).isFalse();
            assertThat(file.tensor("weight").type()).isEqualTo(TensorType.Q4_0);
            float[] norm = new float[2];
            file.tensor("norm").toFloat(0, norm);
            assertThat(norm).containsExactly(1, 2);
        }
    }
}
