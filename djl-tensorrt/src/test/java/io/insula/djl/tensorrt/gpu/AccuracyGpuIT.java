package io.insula.djl.tensorrt.gpu;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Models from ONNX files against float64. */
@NeedsGpu
class AccuracyGpuIT {

    private static final int ROWS = 4;
    private static final int IMAGES = 2;

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource
    void multipliesMatricesWithinTheBoundOfRounding(Numbers type)
            throws ModelException, IOException, TranslateException {
        DenseModel dense = DenseModel.random(type, 256, 192, 1);
        Path file = dense.write(folder.resolve("dense.onnx"), ROWS);
        float[] x = type.random(ROWS * dense.inner(), 7);
        float[] y = run(file, Map.of("tf32", "false"), type, x, ROWS, dense.inner());
        Exact exact = dense.expect(x);
        Figures.note("dense " + type + ", worst error", exact.worst(y), "of the largest magnitude");
        exact.check(y, type, 0);
    }

    @Test
    void roundsFactorsToTensorFloatsWhenAllowed() throws ModelException, IOException, TranslateException {
        DenseModel dense = DenseModel.random(Numbers.FLOAT, 512, 512, 3);
        Path file = dense.write(folder.resolve("dense.onnx"), ROWS);
        float[] x = Numbers.FLOAT.random(ROWS * dense.inner(), 7);
        float[] y = run(file, Map.of("tf32", "true"), Numbers.FLOAT, x, ROWS, dense.inner());
        dense.expect(x).check(y, Numbers.FLOAT, Exact.TF32);
    }

    @Test
    void convolvesWithinTheBoundOfRounding() throws ModelException, IOException, TranslateException {
        ConvolutionModel net = ConvolutionModel.random(5);
        Path file = net.write(folder.resolve("net.onnx"), IMAGES);
        int side = ConvolutionModel.SIDE;
        float[] x = Numbers.FLOAT.random(IMAGES * ConvolutionModel.IN * side * side, 9);
        float[] y = run(file, Map.of("tf32", "false"), Numbers.FLOAT, x, IMAGES, ConvolutionModel.IN, side, side);
        Exact exact = net.expect(x);
        Figures.note("convolutional net, worst error", exact.worst(y), "of the largest magnitude");
        exact.check(y, Numbers.FLOAT, 0);
    }

    private static float[] run(Path file, Map<String, String> options, Numbers type, float[] x, long... shape)
            throws ModelException, IOException, TranslateException {
        long start = System.nanoTime();
        try (ZooModel<NDList, NDList> model = Models.load(file, options);
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            Figures.note(file.getFileName() + " " + type + " built and loaded", (System.nanoTime() - start) / 1e9, "s");
            return Models.predict(predictor, model.getNDManager(), type, x, shape);
        }
    }
}
