package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The models and their results in float64, against ONNX Runtime on the CPU; faults are planted and seen. */
class ReferenceTest {

    private static final int ROWS = 3;

    @TempDir
    Path folder;

    @Test
    void aDenseModelAgreesWithOnnxRuntime() throws ModelException, IOException, TranslateException {
        DenseModel dense = DenseModel.random(Numbers.FLOAT, 64, 32, 1);
        float[] x = Numbers.FLOAT.random(ROWS * dense.inner(), 2);
        float[] y = run(dense.write(folder.resolve("dense.onnx")), x, ROWS, dense.inner());
        dense.expect(x).check(y, Numbers.FLOAT, 0);

        float[] swapped = dense.weights().clone();
        swapped[0] = dense.weights()[1];
        swapped[1] = dense.weights()[0];
        DenseModel faulty = new DenseModel(Numbers.FLOAT, 64, 32, swapped, dense.bias());
        assertThatThrownBy(() -> faulty.expect(x).check(y, Numbers.FLOAT, 0)).isInstanceOf(AssertionError.class);
    }

    @Test
    void aConvolutionalNetAgreesWithOnnxRuntime() throws ModelException, IOException, TranslateException {
        ConvolutionModel net = ConvolutionModel.random(3);
        int side = ConvolutionModel.SIDE;
        float[] x = Numbers.FLOAT.random(ROWS * ConvolutionModel.IN * side * side, 4);
        float[] y = run(net.write(folder.resolve("net.onnx"), ROWS), x, ROWS, ConvolutionModel.IN, side, side);
        net.expect(x).check(y, Numbers.FLOAT, 0);

        float[] turned = net.second().clone();
        turned[0] = -turned[0];
        ConvolutionModel faulty =
                new ConvolutionModel(net.first(), net.firstBias(), turned, net.secondBias(), net.last());
        assertThatThrownBy(() -> faulty.expect(x).check(y, Numbers.FLOAT, 0)).isInstanceOf(AssertionError.class);
    }

    private static float[] run(Path file, float[] x, long... shape)
            throws ModelException, IOException, TranslateException {
        Criteria<NDList, NDList> criteria = Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optModelPath(file)
                .optEngine("OnnxRuntime")
                .build();
        try (ZooModel<NDList, NDList> model = criteria.loadModel();
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            return Models.predict(predictor, model.getNDManager(), Numbers.FLOAT, x, shape);
        }
    }
}
