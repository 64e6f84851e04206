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
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Work that is captured once and launched many times. */
@NeedsGpu
class GraphsGpuIT {

    private static final Numbers TYPE = Numbers.FLOAT;
    private static final DenseModel DENSE = DenseModel.random(TYPE, 64, 64, 31);

    @TempDir
    Path folder;

    @Test
    void aLaunchReadsWhatWasWrittenSince() throws ModelException, IOException {
        int rows = 4;
        Path file = DENSE.write(folder.resolve("dense.onnx"), rows);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of("tf32", "false"));
                TensorRtNDManager manager = ((TensorRtNDManager) model.getNDManager()).newStreamManager();
                TensorRtExecution execution = Models.block(model).newExecution(manager);
                PinnedMemory in = manager.pinned((long) rows * DENSE.inner() * Float.BYTES);
                PinnedMemory out = manager.pinned((long) rows * DENSE.outer() * Float.BYTES)) {
            TensorRtNDArray x = manager.create(new Shape(rows, DENSE.inner()), TYPE.djl());
            TensorRtNDArray y = manager.create(new Shape(rows, DENSE.outer()), TYPE.djl());
            execution.bind("x", x);
            execution.bind("y", y);
            try (TensorRtGraph graph = execution.capture(() -> {
                execution.copyIn(x, in.segment());
                execution.run();
                execution.copyOut(out.segment(), y);
            })) {
                for (int round = 0; round < 5; round++) {
                    float[] given = TYPE.random(rows * DENSE.inner(), 100 + round);
                    in.segment().copyFrom(MemorySegment.ofBuffer(TYPE.bytes(given)));
                    graph.launch();
                    execution.synchronize();
                    float[] results = out.segment().toArray(java.lang.foreign.ValueLayout.JAVA_FLOAT);
                    DENSE.expect(given).check(results, TYPE, 0);
                }
            }
        }
    }

    @Test
    void predictorsWithGraphsGiveWhatPredictorsWithoutGive() throws ModelException, IOException, TranslateException {
        Path file = DENSE.write(folder.resolve("dense.onnx"));
        Map<String, String> range = Map.of("minShapes", "x:1x64", "maxShapes", "x:8x64", "tf32", "false");
        Map<String, String> graphs = new java.util.HashMap<>(range);
        graphs.put("cudaGraphs", "2");
        try (ZooModel<NDList, NDList> plain = Models.load(file, range);
                ZooModel<NDList, NDList> captured = Models.load(file, graphs);
                Predictor<NDList, NDList> one = plain.newPredictor();
                Predictor<NDList, NDList> other = captured.newPredictor()) {
            for (int rows : new int[] {1, 8, 1, 3, 8, 3, 1}) {
                float[] x = TYPE.random(rows * DENSE.inner(), rows);
                float[] expected = Models.predict(one, plain.getNDManager(), TYPE, x, rows, DENSE.inner());
                assertThat(Models.predict(other, captured.getNDManager(), TYPE, x, rows, DENSE.inner()))
                        .isEqualTo(expected);
            }
        }
    }
}
