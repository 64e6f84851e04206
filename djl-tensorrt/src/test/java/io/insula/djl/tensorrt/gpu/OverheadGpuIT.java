package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.insula.djl.tensorrt.TensorRtExecution;
import io.insula.djl.tensorrt.TensorRtGraph;
import io.insula.djl.tensorrt.TensorRtNDArray;
import io.insula.djl.tensorrt.TensorRtNDManager;
import io.insula.djl.tensorrt.cuda.PinnedMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the engine costs beside TensorRT itself, and how fast bytes travel. */
@NeedsGpu
class OverheadGpuIT {

    private static final DenseModel DENSE = DenseModel.random(Numbers.FLOAT, 128, 128, 51);
    private static final int ROWS = 8;
    private static final int WARM_UP = 2000;
    private static final int TIMES = 2000;
    private static final int ROUNDS = 5;
    private static final long PINNED_BYTES = 256L << 20;

    /** A forward allocates its outputs, keeps its streams in order and makes objects; a millisecond would be a fault. */
    private static final double MOST_MICROSECONDS = 1000;

    @TempDir
    Path folder;

    private interface Work {
        void run() throws TranslateException;
    }

    @Test
    void aForwardCostsLittleMoreThanThePlanDrivenDirectly() throws ModelException, IOException, TranslateException {
        Path file = DENSE.write(folder.resolve("dense.onnx"), ROWS);
        Path plans = folder.resolve("plans");
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of("planCache", plans.toString()));
                TensorRtNDManager manager = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
                TensorRtExecution execution = Models.block(model).newExecution(manager);
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            long inBytes = (long) ROWS * DENSE.inner() * Float.BYTES;
            long outBytes = (long) ROWS * DENSE.outer() * Float.BYTES;
            DirectPlan direct = DirectPlan.read(Models.onlyPlan(plans));
            direct.bind("x", inBytes);
            direct.bind("y", outBytes);
            TensorRtNDArray x = manager.create(new Shape(ROWS, DENSE.inner()), Numbers.FLOAT.djl());
            TensorRtNDArray y = manager.create(new Shape(ROWS, DENSE.outer()), Numbers.FLOAT.djl());
            execution.bind("x", x);
            execution.bind("y", y);
            double directly = microseconds("plan driven directly, run and wait", () -> {
                direct.enqueue();
                direct.synchronize();
            });
            microseconds("execution with bound arrays, run and wait", () -> {
                execution.run();
                execution.synchronize();
            });
            NDList inputs = new NDList(x);
            double forward = microseconds("predictor with arrays on the device, predict and wait", () -> {
                try (NDList outputs = predictor.predict(inputs)) {
                    ((TensorRtNDArray) outputs.head()).waitToRead();
                }
            });
            try (TensorRtGraph graph = execution.capture()) {
                microseconds("captured graph, launch and wait", () -> {
                    graph.launch();
                    execution.synchronize();
                });
            }
            Figures.note("overhead of a forward", forward - directly, "µs");
            assertThat(forward - directly).isLessThan(MOST_MICROSECONDS);
        }
    }

    @Test
    void pageLockedMemoryTravelsFast() throws ModelException, IOException {
        Path file = DENSE.write(folder.resolve("dense.onnx"), ROWS);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of());
                TensorRtNDManager manager = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
                TensorRtExecution execution = Models.block(model).newExecution(manager);
                PinnedMemory host = manager.pinned(PINNED_BYTES)) {
            TensorRtNDArray array = manager.create(new Shape(PINNED_BYTES), ai.djl.ndarray.types.DataType.UINT8);
            double in = gigabytesPerSecond(execution, () -> execution.copyIn(array, host.segment()));
            double out = gigabytesPerSecond(execution, () -> execution.copyOut(host.segment(), array));
            Figures.note("page-locked host memory to device", in, "GB/s");
            Figures.note("device to page-locked host memory", out, "GB/s");
            assertThat(Math.min(in, out))
                    .as("GB/s; the slowest PCIe 3.0 x1 link has 1")
                    .isGreaterThan(1);
        }
    }

    private static double gigabytesPerSecond(TensorRtExecution execution, Runnable copy) {
        copy.run();
        execution.synchronize();
        long start = System.nanoTime();
        for (int i = 0; i < 8; i++) {
            copy.run();
        }
        execution.synchronize();
        return 8.0 * PINNED_BYTES / (System.nanoTime() - start);
    }

    /** The median of some rounds. */
    private static double microseconds(String what, Work work) throws TranslateException {
        for (int i = 0; i < WARM_UP; i++) {
            work.run();
        }
        double[] rounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < TIMES; i++) {
                work.run();
            }
            rounds[round] = (System.nanoTime() - start) / 1e3 / TIMES;
        }
        Arrays.sort(rounds);
        Figures.note(what, rounds[ROUNDS / 2], "µs");
        return rounds[ROUNDS / 2];
    }
}
