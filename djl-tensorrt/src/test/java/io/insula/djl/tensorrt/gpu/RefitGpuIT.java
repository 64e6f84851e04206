package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.nvinfer.PlanRefit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Plans whose weights come when they are loaded. */
@NeedsGpu
class RefitGpuIT {

    private static final int ROWS = 4;

    @TempDir
    Path folder;

    /** Both ways of refitting, since lines of TensorRT differ in which of them a plan without weights takes. */
    @ParameterizedTest
    @ValueSource(strings = {"identical", "any"})
    void aStrippedPlanIsSmallAndComputesOnceItHasItsWeights(String refit)
            throws ModelException, IOException, TranslateException {
        DenseModel dense = DenseModel.random(Numbers.FLOAT, 512, 512, 71);
        Path file = dense.write(folder.resolve("dense.onnx"), ROWS);
        Path plans = folder.resolve("plans");
        Map<String, String> options =
                Map.of("planCache", plans.toString(), "stripWeights", "true", "refit", refit, "tf32", "false");
        try (ZooModel<NDList, NDList> model = Models.load(file, options)) {
            note("refit=" + refit + ", stripped plan with its weights", model, dense);
            expect(model, dense);
        } finally {
            Figures.note("stripped plan of 1048576 bytes of weights, refit=" + refit, (double) bytes(plans), "bytes");
        }
        assertThat(bytes(plans))
                .as("bytes of a plan without its weights")
                .isLessThan((long) dense.weights().length * Float.BYTES);
    }

    @Test
    void otherWeightsGiveOtherResults() throws ModelException, IOException, TranslateException {
        DenseModel dense = DenseModel.random(Numbers.FLOAT, 128, 64, 72);
        DenseModel other = DenseModel.random(Numbers.FLOAT, 128, 64, 73);
        Path file = dense.write(folder.resolve("dense.onnx"), ROWS);
        Path otherFile = other.write(folder.resolve("other.onnx"), ROWS);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of("refit", "any", "tf32", "false"))) {
            expect(model, dense);
            new PlanRefit(new BytedecoCuda(0)).fromOnnx(Models.block(model).plan(), otherFile);
            note("after refit, against the new weights", model, other);
            note("after refit, against the old weights", model, dense);
            expect(model, other);
        }
    }

    /** The size of the plan in a folder, 0 when none was built. */
    private static long bytes(Path plans) throws IOException {
        return Files.isDirectory(plans) ? Files.size(Models.onlyPlan(plans)) : 0;
    }

    /** What tells, when results are wrong, whose they are; and what TensorRT says about the plan. */
    private static void note(String what, ZooModel<NDList, NDList> model, DenseModel dense) throws TranslateException {
        Figures.note("worst error, " + what, dense.expect(input(dense)).worst(results(model, dense)), "of 1");
        Figures.note("isRefittable, " + what, Models.block(model).plan().refittable() ? 1 : 0, "of 1");
    }

    private static void expect(ZooModel<NDList, NDList> model, DenseModel dense) throws TranslateException {
        dense.expect(input(dense)).check(results(model, dense), Numbers.FLOAT, 0);
    }

    private static float[] input(DenseModel dense) {
        return Numbers.FLOAT.random(ROWS * dense.inner(), 5);
    }

    private static float[] results(ZooModel<NDList, NDList> model, DenseModel dense) throws TranslateException {
        try (Predictor<NDList, NDList> predictor = model.newPredictor()) {
            return Models.predict(predictor, model.getNDManager(), Numbers.FLOAT, input(dense), ROWS, dense.inner());
        }
    }
}
