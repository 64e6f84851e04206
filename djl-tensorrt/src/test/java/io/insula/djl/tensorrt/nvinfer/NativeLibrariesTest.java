package io.insula.djl.tensorrt.nvinfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class NativeLibrariesTest {

    @Test
    void knowsTheLineOfTheBindingsWithoutLoadingThem() {
        assertThat(NativeLibraries.line().tensorRtMajor()).isGreaterThanOrEqualTo(10);
        assertThat(NativeLibraries.line().cudaMajor()).isBetween(12, 99);
    }

    @Test
    void saysTheSameSentenceEachTimeOnAMachineThatLacksSomething() {
        Optional<String> missing = NativeLibraries.missing();
        assumeTrue(missing.isPresent(), "this machine has TensorRT, CUDA and a driver");

        for (int time = 0; time < 2; time++) {
            assertThatExceptionOfType(TensorRtException.class)
                    .isThrownBy(NativeLibraries::load)
                    .withMessage(missing.orElseThrow());
        }
    }
}
