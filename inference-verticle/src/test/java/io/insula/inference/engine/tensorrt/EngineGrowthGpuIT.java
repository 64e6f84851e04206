package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.gpu.Figures;
import io.insula.djl.tensorrt.gpu.NativeGrowth;
import io.insula.djl.tensorrt.gpu.NativeGrowth.Sample;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That 10^5 decode steps leave nothing behind, on the device or the host. */
class EngineGrowthGpuIT {

    /** In 12,500 steps: what 160 bytes each would be. A leak of one small object in native memory is more. */
    private static final long MOST_GROWTH = 2_000_000;

    @TempDir
    Path folder = Path.of("/");

    @BeforeEach
    void needsAGpu() {
        GpuEngines.required();
    }

    @Test
    void aHundredThousandStepsLeaveNothingBehind() throws Exception {
        List<Sample> samples = NativeGrowth.measure(
                folder, EngineGrowth.class, folder.resolve("plans").toString());
        long device = samples.getLast().device() - samples.getFirst().device();
        Figures.note(
                "decode step of one to four rows of a tiny model",
                samples.getLast().nanoseconds() / 1e3,
                "µs");
        Figures.note("device memory more after 87500 decode steps", (double) device, "bytes");
        // The driver hands out memory in pieces of 2 MiB.
        assertThat(device).isLessThanOrEqualTo(2L << 20);
        assertThat(NativeGrowth.growth(samples, Sample::resident)).isLessThan(MOST_GROWTH);
        assertThat(NativeGrowth.growth(samples, Sample::allocated)).isLessThan(MOST_GROWTH);
        assertThat(NativeGrowth.growth(samples, Sample::heap)).isLessThan(MOST_GROWTH);
        assertThat(NativeGrowth.growth(samples, Sample::pointers)).isLessThan(MOST_GROWTH);
    }
}
