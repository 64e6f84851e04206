package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.gpu.NativeGrowth.Sample;
import io.insula.djl.tensorrt.gpu.NativeGrowth.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The measurement sees a leak of a few hundred bytes, and none where there is none. */
class NativeGrowthTest {

    @TempDir
    Path folder;

    @Test
    void tellsALeakFromNone() throws IOException, InterruptedException {
        List<Sample> leak = NativeGrowth.measure(folder, Work.LEAK);
        List<Sample> nothing = NativeGrowth.measure(folder, Work.NOTHING);
        assertThat(NativeGrowth.growth(leak, Sample::resident)).isGreaterThan(MemoryGpuIT.MOST_GROWTH);
        assertThat(NativeGrowth.growth(leak, Sample::allocated)).isGreaterThan(MemoryGpuIT.MOST_GROWTH);
        assertThat(NativeGrowth.growth(nothing, Sample::resident)).isLessThan(MemoryGpuIT.MOST_GROWTH);
        assertThat(NativeGrowth.growth(nothing, Sample::allocated)).isLessThan(MemoryGpuIT.MOST_GROWTH);
    }
}
