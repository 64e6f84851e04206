package io.insula.djl.tensorrt.gpu;

import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several predictors of one model at the same time. */
@NeedsGpu
class PredictorsGpuIT {

    private static final DenseModel DENSE = DenseModel.random(Numbers.FLOAT, 256, 256, 21);
    private static final int ROWS = 16;
    private static final int ROUNDS = 100;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void twoRunBesideEachOther(boolean graphs)
            throws ModelException, IOException, InterruptedException, ExecutionException {
        Path file = DENSE.write(folder.resolve("dense.onnx"), ROWS);
        Map<String, String> options = Map.of("tf32", "false", "cudaGraphs", Boolean.toString(graphs));
        try (ZooModel<NDList, NDList> model = Models.load(file, options);
                ExecutorService threads = Executors.newFixedThreadPool(2)) {
            CyclicBarrier start = new CyclicBarrier(2);
            List<Future<?>> users = new ArrayList<>();
            for (int user = 0; user < 2; user++) {
                long seed = 1000L * user;
                Callable<Void> work = () -> {
                    start.await();
                    predictMany(model, seed);
                    return null;
                };
                users.add(threads.submit(work));
            }
            for (Future<?> user : users) {
                user.get();
            }
        }
    }

    @Test
    void theBlockServesManyThreads() throws ModelException, IOException, InterruptedException, ExecutionException {
        Path file = DENSE.write(folder.resolve("dense.onnx"), ROWS);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of("tf32", "false"));
                ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<?>> users = new ArrayList<>();
            for (int user = 0; user < 4; user++) {
                long seed = 1000L * user;
                Callable<Void> work = () -> {
                    predictMany(model, seed);
                    return null;
                };
                users.add(threads.submit(work));
            }
            for (Future<?> user : users) {
                user.get();
            }
        }
    }

    private static void predictMany(ZooModel<NDList, NDList> model, long seed) throws TranslateException {
        try (Predictor<NDList, NDList> predictor = model.newPredictor()) {
            for (int round = 0; round < ROUNDS; round++) {
                float[] x = Numbers.FLOAT.random(ROWS * DENSE.inner(), seed + round);
                float[] y = Models.predict(predictor, model.getNDManager(), Numbers.FLOAT, x, ROWS, DENSE.inner());
                DENSE.expect(x).check(y, Numbers.FLOAT, 0);
            }
        }
    }
}
