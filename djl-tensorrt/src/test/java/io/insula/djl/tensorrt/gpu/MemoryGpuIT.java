package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ModelException;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.insula.djl.tensorrt.TensorRtExecution;
import io.insula.djl.tensorrt.TensorRtNDArray;
import io.insula.djl.tensorrt.TensorRtNDManager;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.MemoryInfo;
import io.insula.djl.tensorrt.gpu.NativeGrowth.Sample;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Large arrays, no memory left, and none lost. */
@NeedsGpu
class MemoryGpuIT {

    /** In 10,000 forwards: what 200 bytes each would be. A leak of one small object in native memory is more. */
    static final long MOST_GROWTH = 2_000_000;

    @TempDir
    Path folder;

    @Test
    void arraysBeyondFourGibibytesTravelAndCompute() throws ModelException, IOException {
        long rows = 1025;
        long columns = 1 << 20;
        long bytes = rows * columns * Float.BYTES;
        assumeTrue(memory().freeBytes() > 3 * bytes, "The GPU has not the free memory for two arrays of 4 GiB.");
        assumeTrue(hostFreeBytes() > 2 * bytes, "The host has not the free memory for an array of 4 GiB.");
        Path file = new OnnxFile()
                .input("x", Numbers.FLOAT, rows, columns)
                .node("Neg", List.of("x"), "y")
                .output("y", Numbers.FLOAT, rows, columns)
                .write(folder.resolve("negative.onnx"));
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of());
                TensorRtNDManager manager = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
                TensorRtExecution execution = Models.block(model).newExecution(manager);
                Arena arena = Arena.ofShared()) {
            TensorRtNDArray x = manager.create(new Shape(rows, columns), DataType.FLOAT32);
            TensorRtNDArray y = manager.create(new Shape(rows, columns), DataType.FLOAT32);
            MemorySegment host = arena.allocate(bytes, Float.BYTES);
            for (long i = 0; i < rows * columns; i++) {
                host.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (i % 1_000_003));
            }
            long start = System.nanoTime();
            x.copyFrom(host);
            manager.synchronize();
            Figures.note("4 GiB from ordinary host memory", bytes / (double) (System.nanoTime() - start), "GB/s");
            execution.bind("x", x);
            execution.bind("y", y);
            execution.run();
            execution.synchronize();
            host.fill((byte) 0);
            start = System.nanoTime();
            y.copyTo(host);
            Figures.note("4 GiB to ordinary host memory", bytes / (double) (System.nanoTime() - start), "GB/s");
            long wrong = 0;
            for (long i = 0; i < rows * columns; i++) {
                if (host.getAtIndex(ValueLayout.JAVA_FLOAT, i) != -(float) (i % 1_000_003)) {
                    wrong++;
                }
            }
            assertThat(wrong)
                    .as("values that are not the negative of what was sent")
                    .isZero();
        }
    }

    @Test
    void noMemoryLeftIsAnExceptionAndNotTheEnd() throws ModelException, IOException, TranslateException {
        DenseModel dense = DenseModel.random(Numbers.FLOAT, 64, 64, 41);
        Path file = dense.write(folder.resolve("dense.onnx"), 4);
        float[] x = Numbers.FLOAT.random(4 * dense.inner(), 1);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of("tf32", "false"));
                Predictor<NDList, NDList> predictor = model.newPredictor();
                NDManager manager = model.getNDManager().newSubManager()) {
            Shape tebibytes = new Shape(1L << 40);
            assertThatThrownBy(() -> manager.create(tebibytes, DataType.FLOAT32))
                    .isInstanceOf(EngineException.class)
                    .hasMessageContaining("out of memory")
                    .hasMessageContaining("free");
            try (NDManager filler = manager.newSubManager()) {
                List<NDArray> pieces = new ArrayList<>();
                assertThatThrownBy(() -> {
                            while (pieces.size() < 10_000) {
                                pieces.add(filler.create(new Shape(1L << 30), DataType.UINT8));
                            }
                        })
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("out of memory");
                assertThat(pieces).isNotEmpty();
            }
            float[] y = Models.predict(predictor, manager, Numbers.FLOAT, x, 4, dense.inner());
            dense.expect(x).check(y, Numbers.FLOAT, 0);
        }
    }

    @Test
    void tenThousandForwardsLeaveNothingBehind() throws ModelException, IOException, InterruptedException {
        Path file = PredictionGrowth.model().write(folder.resolve("dense.onnx"), 8);
        Path plans = folder.resolve("plans");
        try (ZooModel<NDList, NDList> built =
                Models.load(file, Map.of("tf32", "false", "planCache", plans.toString()))) {
            assertThat(built.getBlock().isInitialized()).isTrue();
        }
        List<Sample> samples = NativeGrowth.measure(folder, PredictionGrowth.class, file.toString(), plans.toString());
        samples.forEach(sample -> System.err.println("after " + NativeGrowth.RUNS + " forwards: " + sample));
        Figures.note(
                "forward with arrays in and out through the host",
                samples.getLast().nanoseconds() / 1e3,
                "µs");
        long device = samples.getLast().device() - samples.getFirst().device();
        long resident = NativeGrowth.growth(samples, Sample::resident);
        long allocated = NativeGrowth.growth(samples, Sample::allocated);
        long heap = NativeGrowth.growth(samples, Sample::heap);
        long pointers = NativeGrowth.growth(samples, Sample::pointers);
        Figures.note(
                "device memory more after " + (samples.size() - 1) * NativeGrowth.RUNS + " forwards",
                (double) device,
                "bytes");
        Figures.note("resident host memory more in the median 10000 forwards", (double) resident, "bytes");
        Figures.note("memory of the C library more in the median 10000 forwards", (double) allocated, "bytes");
        Figures.note("living Java objects more in the median 10000 forwards", (double) heap, "bytes");
        Figures.note("memory of the bindings' objects more in the median 10000 forwards", (double) pointers, "bytes");
        // The driver hands out memory in pieces of 2 MiB.
        assertThat(device).isLessThanOrEqualTo(2L << 20);
        assertThat(resident).isLessThan(MOST_GROWTH);
        assertThat(allocated).isLessThan(MOST_GROWTH);
        assertThat(heap).isLessThan(MOST_GROWTH);
        assertThat(pointers).isLessThan(MOST_GROWTH);
    }

    private static MemoryInfo memory() {
        return new BytedecoCuda(0).memory(0);
    }

    private static long hostFreeBytes() throws IOException {
        return kibibytes(Path.of("/proc/meminfo"), "MemAvailable:");
    }

    private static long kibibytes(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                        .filter(line -> line.startsWith(name))
                        .map(line -> line.replaceAll("\\D", ""))
                        .mapToLong(Long::parseLong)
                        .findFirst()
                        .orElseThrow()
                * 1024;
    }
}
