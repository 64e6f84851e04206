package io.insula.djl.tensorrt.gpu;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.ZooModel;
import io.insula.djl.tensorrt.TensorRtEngine;
import java.nio.file.Path;
import java.util.Map;

/** The process in which predictions are measured by {@link NativeGrowth}. */
final class PredictionGrowth {

    private PredictionGrowth() {}

    public static void main(String... arguments) throws Exception {
        Path onnx = Path.of(arguments[0]);
        Path plans = Path.of(arguments[1]);
        DenseModel dense = model();
        float[] x = Numbers.FLOAT.random(8 * dense.inner(), 1);
        Map<String, String> options = Map.of("tf32", "false", "planCache", plans.toString());
        try (ZooModel<NDList, NDList> model = Models.load(onnx, options);
                Predictor<NDList, NDList> predictor = model.newPredictor()) {
            long held = held();
            NativeGrowth.rounds(
                    true,
                    NativeGrowth.RUNS,
                    () -> Models.predict(predictor, model.getNDManager(), Numbers.FLOAT, x, 8, dense.inner()));
            if (held() != held) {
                throw new IllegalStateException("the engine holds " + held() + " bytes (expected: " + held + ")");
            }
            float[] y = Models.predict(predictor, model.getNDManager(), Numbers.FLOAT, x, 8, dense.inner());
            dense.expect(x).check(y, Numbers.FLOAT, 0);
        }
        System.exit(0);
    }

    /** Device memory that arrays of the engine hold. */
    private static long held() {
        return ((TensorRtEngine) Engine.getEngine(TensorRtEngine.NAME))
                .memory(Device.gpu(0))
                .liveBytes();
    }

    /** The model of the measurement. */
    static DenseModel model() {
        return DenseModel.random(Numbers.FLOAT, 128, 128, 43);
    }
}
