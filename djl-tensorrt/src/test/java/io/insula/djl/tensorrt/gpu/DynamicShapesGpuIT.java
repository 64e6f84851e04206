package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs whose shapes are known when they come. */
@NeedsGpu
class DynamicShapesGpuIT {

    private static final DenseModel DENSE = DenseModel.random(Numbers.BFLOAT, 128, 64, 11);

    @TempDir
    Path folder;

    @Test
    void runsEveryShapeOfTheProfileAndRefusesOthers() throws ModelException, IOException, TranslateException {
        Path file = DENSE.write(folder.resolve("dense.onnx"));
        Map<String, String> options = Map.of("minShapes", "x:1x128", "optShapes", "x:8x128", "maxShapes", "x:64x128");
        try (ZooModel<NDList, NDList> model = Models.load(file, options);
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            NDManager manager = model.getNDManager();
            for (int rows : new int[] {8, 1, 33, 64, 1}) {
                expectRight(predictor, manager, rows);
            }
            float[] tooMany = new float[65 * DENSE.inner()];
            assertThatThrownBy(() -> Models.predict(predictor, manager, Numbers.BFLOAT, tooMany, 65, DENSE.inner()))
                    .hasStackTraceContaining("65")
                    .hasStackTraceContaining("64");
            expectRight(predictor, manager, 2);
        }
    }

    @Test
    void choosesAmongSeveralProfiles() throws ModelException, IOException, TranslateException {
        Path file = DENSE.write(folder.resolve("dense.onnx"));
        Map<String, String> options = Map.of(
                "minShapes", "x:1x128", "maxShapes", "x:1x128", "minShapes.1", "x:2x128", "maxShapes.1", "x:32x128");
        try (ZooModel<NDList, NDList> model = Models.load(file, options);
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            System.err.println("tensors of a plan with two profiles: "
                    + Models.block(model).plan().tensors());
            for (int rows : new int[] {1, 32, 1, 2}) {
                expectRight(predictor, model.getNDManager(), rows);
            }
        }
    }

    private static void expectRight(Predictor<NDList, NDList> predictor, NDManager manager, int rows)
            throws TranslateException {
        float[] x = Numbers.BFLOAT.random(rows * DENSE.inner(), rows);
        float[] y = Models.predict(predictor, manager, Numbers.BFLOAT, x, rows, DENSE.inner());
        DENSE.expect(x).check(y, Numbers.BFLOAT, 0);
    }
}
