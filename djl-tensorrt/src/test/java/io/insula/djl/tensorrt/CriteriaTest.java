package io.insula.djl.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineProvider;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.training.util.ProgressBar;
import ai.djl.translate.Batchifier;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user of DJL writes, word for word but for the engine's name. */
class CriteriaTest {

    private static final FakeTensorRt FAKE = new FakeTensorRt();
    private static final String NAME = "TensorRT on a fake device";

    static {
        Engine.registerEngine(new EngineProvider() {
            @Override
            public String getEngineName() {
                return NAME;
            }

            @Override
            public int getEngineRank() {
                return 100;
            }

            @Override
            public Engine getEngine() {
                return FAKE.engine;
            }
        });
    }

    private static final class Doubling implements Translator<float[], float[]> {

        @Override
        public NDList processInput(TranslatorContext ctx, float[] input) {
            return new NDList(ctx.getNDManager().create(input));
        }

        @Override
        public float[] processOutput(TranslatorContext ctx, NDList list) {
            return list.singletonOrThrow().toFloatArray();
        }

        @Override
        public Batchifier getBatchifier() {
            return Batchifier.STACK;
        }
    }

    @Test
    void loadsAndPredicts(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("doubling.plan"), "twice");
        Criteria<float[], float[]> criteria = Criteria.builder()
                .setTypes(float[].class, float[].class)
                .optModelPath(folder)
                .optModelName("doubling")
                .optEngine(NAME)
                .optDevice(Device.gpu(0))
                .optOption("executions", "1")
                .optOption("cudaGraphs", "true")
                .optTranslator(new Doubling())
                .optProgress(new ProgressBar())
                .build();
        try (ZooModel<float[], float[]> model = criteria.loadModel();
                Predictor<float[], float[]> predictor = model.newPredictor()) {
            assertThat(model.getNDManager().getDevice()).isEqualTo(Device.gpu(0));
            assertThat(predictor.predict(new float[] {1, 2, 3})).containsExactly(2, 4, 6);
            List<float[]> both = predictor.batchPredict(List.of(new float[] {1, 1, 1}, new float[] {2, 2, 2}));
            assertThat(both.get(1)).containsExactly(4, 4, 4);
        }
        FAKE.cuda.synchronize(0);
        assertThat(FAKE.cuda.liveBlocks()).isZero();
    }
}
