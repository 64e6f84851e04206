package io.insula.djl.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.engine.EngineException;
import ai.djl.inference.Predictor;
import ai.djl.metric.Metrics;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import ai.djl.translate.Batchifier;
import ai.djl.translate.NoopTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.nvinfer.TensorRtException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TensorRtModelTest {

    private final FakeTensorRt fake = new FakeTensorRt();

    @AfterEach
    void leavesNothingBehind() {
        fake.cuda.synchronize(0);
        assertThat(fake.engine.holdings(Device.gpu(0))).isEmpty();
        assertThat(fake.cuda.liveBlocks()).isZero();
        assertThat(fake.plans).allMatch(plan -> plan.closed() && plan.openContexts() == 0);
    }

    /** Rows of three numbers as a user has them; batches of them are stacked by DJL. */
    private static final class Rows implements Translator<float[], float[]> {

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

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void predictsWithAnOrdinaryTranslator(int graphs) throws Exception {
        try (TensorRtModel model = fake.load("twice", Map.of("cudaGraphs", graphs));
                Predictor<float[], float[]> predictor = model.newPredictor(new Rows())) {
            Metrics metrics = new Metrics();
            predictor.setMetrics(metrics);
            assertThat(predictor.predict(new float[] {1, 2, 3})).containsExactly(2, 4, 6);
            List<float[]> inputs = List.of(new float[] {1, 2, 3}, new float[] {4, 5, 6}, new float[] {7, 8, 9});
            List<float[]> outputs = predictor.batchPredict(inputs);
            assertThat(outputs.get(0)).containsExactly(2, 4, 6);
            assertThat(outputs.get(2)).containsExactly(14, 16, 18);
            assertThat(metrics.hasMetric("Inference")).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void choosesTheProfileByShape(int graphs) throws Exception {
        try (TensorRtModel model = fake.load("twice", Map.of("cudaGraphs", graphs));
                Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            for (int rows : new int[] {1, 64, 4, 5, 1, 30}) {
                NDArray input = manager.ones(new Shape(rows, 3));
                NDArray output = predictor.predict(new NDList(input)).singletonOrThrow();
                assertThat(output.getShape()).isEqualTo(new Shape(rows, 3));
                assertThat(output.getName()).isEqualTo("y");
                assertThat(output.toFloatArray()).containsOnly(2).hasSize(3 * rows);
                output.close();
            }
            assertThatExceptionOfType(TranslateException.class)
                    .isThrownBy(() -> predictor.predict(new NDList(manager.ones(new Shape(65, 3)))))
                    .havingCause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .withMessageContaining("input shapes: {x=(65, 3)}")
                    .withMessageContaining("0: [x (1, 3)..(4, 3)], 1: [x (5, 3)..(64, 3)]");
        }
        assertThat(fake.plan().closed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void outputsHaveTheShapeOfTheProfileInUse(int graphs) throws Exception {
        try (TensorRtModel model = fake.load("twice fixed", Map.of("cudaGraphs", graphs));
                Predictor<NDList, NDList> predictor = model.newPredictor(new NoopTranslator());
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            for (int rows : new int[] {1, 32, 1, 2}) {
                NDArray input = manager.ones(new Shape(rows, 3));
                NDArray output = predictor.predict(new NDList(input)).singletonOrThrow();
                assertThat(output.getShape()).isEqualTo(new Shape(rows, 3));
                assertThat(output.toFloatArray()).containsOnly(2).hasSize(3 * rows);
            }
        }
    }

    @Test
    void anotherProfileForgetsWhatIsBound() throws Exception {
        try (TensorRtModel model = fake.load("twice");
                TensorRtNDManager manager = fake.engine.newBaseManager().newStreamManager();
                TensorRtExecution execution = model.planBlock().newExecution(manager)) {
            execution.bind("x", manager.ones(new Shape(4, 3)));
            execution.bind("y", manager.zeros(new Shape(4, 3)));
            execution.run();
            execution.profile(1);
            execution.bind("x", manager.ones(new Shape(9, 3)));
            assertThat(execution.outputShape("y")).isEqualTo(new Shape(9, 3));
            assertThatIllegalStateException().isThrownBy(execution::run).withMessage("Not bound yet: [y]");
            NDArray y = manager.zeros(new Shape(9, 3));
            execution.bind("y", y);
            execution.run();
            assertThat(y.toFloatArray()).containsOnly(2).hasSize(27);
        }
    }

    @Test
    void keepsToTheProfileThatWasAskedFor() throws Exception {
        try (TensorRtModel model = fake.load("twice", Map.of("profile", "1"));
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            assertThat(forward(model, manager.ones(new Shape(5, 3))).toFloatArray())
                    .containsOnly(2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> forward(model, manager.ones(new Shape(2, 3))))
                    .withMessage("input x: (2, 3) (expected: (5, 3)..(64, 3) in profile 1)");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fake.load("twice", Map.of("profile", 2)))
                .withMessage("profile: 2 (expected: 0..1, as many as the plan has)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fake.load("twice", Map.of("cudaGraphs", "many")))
                .withMessage("cudaGraphs: many (expected: 0..64, true or false)");
    }

    @Test
    void setsOnlyWhatChanged() throws Exception {
        try (TensorRtModel model = fake.load("twice");
                TensorRtNDManager manager = fake.engine.newBaseManager();
                TensorRtExecution execution = model.planBlock().newExecution(manager)) {
            execution.bind("x", manager.ones(new Shape(2, 3)));
            execution.bind("y", manager.create(new Shape(2, 3), DataType.FLOAT32));
            int once = fake.plan().settings();
            execution.run();
            execution.run();
            assertThat(fake.plan().settings()).isEqualTo(once);
        }
    }

    @Test
    void matchesInputsByNameOrPosition() throws Exception {
        try (TensorRtModel model = fake.load("pair");
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            NDArray first = manager.create(new int[] {5, 7});
            NDArray second = manager.create(new int[] {1, 2});
            NDList byPosition = model.getBlock().forward(store(model), new NDList(first, second), false);
            assertThat(byPosition.get("difference").toIntArray()).containsExactly(4, 5);
            assertThat(byPosition.get("sum").toIntArray()).containsExactly(6, 9);
            first.setName("b");
            second.setName("a");
            NDList byName = model.getBlock().forward(store(model), new NDList(first, second), false);
            assertThat(byName.get(1).toIntArray()).containsExactly(-4, -5);
            second.setName("other");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> forward(model, first, second))
                    .withMessage("inputs: named [b, other] (expected: all of [a, b], or no names)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> forward(model, first))
                    .withMessage("inputs: 1 arrays (expected: [a, b])");
            assertThat(model.describeInput().keys()).containsExactly("a", "b");
            assertThat(model.describeOutput().toMap()).containsEntry("sum", new Shape(2));
        }
    }

    @Test
    void refusesWrongTypesAndShapesByName() throws Exception {
        try (TensorRtModel model = fake.load("twice");
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> forward(model, manager.create(new int[] {1, 2, 3}, new Shape(1, 3))))
                    .withMessage("input x: int32 (expected: float32)");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> forward(model, manager.ones(new Shape(1, 4))))
                    .withMessageContaining("x=(1, 4)");
            assertThatThrownBy(() ->
                            model.getBlock().forward(store(model), new NDList(manager.ones(new Shape(1, 3))), true))
                    .isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @Test
    void takesRawBytesForTypesThatDjlLacks() throws Exception {
        try (TensorRtModel model = fake.load("packed");
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            byte[] packed = {0x21, 0x43, 0x65};
            NDArray raw = manager.create(ByteBuffer.wrap(packed), new Shape(3), DataType.UINT8);
            NDArray output = forward(model, raw);
            assertThat(output.getShape()).isEqualTo(new Shape(2, 3));
            assertThat(output.getDataType()).isEqualTo(DataType.UNKNOWN);
            assertThat(output.toByteArray()).containsExactly(packed);
            assertThat(forward(model, output).toByteArray()).containsExactly(packed);
        }
    }

    @Test
    void bindsAnAliasedOutputToItsInput() throws Exception {
        try (TensorRtModel model = fake.load("append");
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            TensorRtNDArray cache = manager.zeros(new Shape(8), DataType.INT32);
            NDArray updated = forward(model, cache, manager.create(new long[] {3}), manager.create(new int[] {42}));
            assertThat(((TensorRtNDArray) updated).address()).isEqualTo(cache.address());
            assertThat(cache.toIntArray()).containsExactly(0, 0, 0, 42, 0, 0, 0, 0);
            cache.close();
            assertThat(updated.toIntArray()[3]).isEqualTo(42);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2})
    void allocatesWhatOnlyARunTells(int graphs) throws Exception {
        try (TensorRtModel model = fake.load("nonzero", Map.of("cudaGraphs", graphs));
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            NDArray output = forward(model, manager.create(new int[] {0, 7, 0, 7}));
            assertThat(output.getName()).isEqualTo("indices");
            assertThat(output.toLongArray()).containsExactly(1, 3);
            assertThat(forward(model, manager.create(new int[4])).toLongArray()).isEmpty();
            assertThat(forward(model, manager.create(new int[] {1, 1, 1, 1})).toLongArray())
                    .containsExactly(0, 1, 2, 3);
            assertThatExceptionOfType(TensorRtException.class)
                    .isThrownBy(() -> model.getBlock().getOutputShapes(new Shape[] {new Shape(4)}))
                    .withMessageContaining("the shape of output indices is known only after a run");
        }
    }

    @Test
    void handsShapeValuesOverOnTheHost() throws Exception {
        try (TensorRtModel model = fake.load("host");
                TensorRtNDManager manager = fake.engine.newBaseManager()) {
            NDArray output = forward(model, manager.ones(new Shape(4)), manager.create(new long[] {7}));
            assertThat(output.toByteArray()).containsOnly(7).hasSize(16);
        }
        assertThat(fake.cuda.livePinned()).isLessThanOrEqualTo(FakeTensorRt.SETTINGS.chunks());
    }

    @ParameterizedTest
    @CsvSource({"cudaGraph,cudaGraphs", "CUDAGRAPHS,cudaGraphs", "execution,executions", "refitfrom,refitFrom"})
    void refusesMistypedNamesOfOptionsForPlansToo(String mistyped, String meant) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fake.load("twice", Map.of(mistyped, "2")))
                .withMessage(mistyped + ": no such option (did you mean " + meant + "?)");
    }

    @Test
    void freesOutputsThatTheManagerOfTheInputsDoesNotTake() throws Exception {
        try (TensorRtModel model = fake.load("twice");
                NDManager elsewhere = NDManager.newBaseManager(null, "OnnxRuntime")) {
            NDArray input = elsewhere.create(new float[] {1, 2, 3}, new Shape(1, 3));
            elsewhere.cap();
            assertThatIllegalStateException().isThrownBy(() -> forward(model, input));
            fake.cuda.synchronize(0);
            assertThat(fake.engine.holdings(Device.gpu(0))).isEmpty();
        }
    }

    @Test
    void givesOutputsToTheManagerOfTheInputs() throws Exception {
        try (TensorRtNDManager manager = fake.engine.newBaseManager()) {
            NDArray output;
            try (TensorRtModel model = fake.load("twice")) {
                output = forward(model, manager.ones(new Shape(1, 3)));
            }
            assertThat(output.getManager()).isSameAs(manager);
            assertThat(output.toFloatArray()).containsOnly(2);
        }
    }

    @Test
    void tellsShapesWithoutRunning() throws Exception {
        try (TensorRtModel model = fake.load("twice")) {
            assertThat(model.getBlock().getOutputShapes(new Shape[] {new Shape(3, 3)}))
                    .containsExactly(new Shape(3, 3));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void predictorsOfOneModelRunBesideEachOther(int graphs) throws Exception {
        int threads = 4;
        try (TensorRtModel model = fake.load("twice", Map.of("executions", 2, "cudaGraphs", graphs));
                ExecutorService executor = Executors.newFixedThreadPool(2 * threads)) {
            List<Predictor<float[], float[]>> predictors = new ArrayList<>();
            List<Future<?>> runs = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                Predictor<float[], float[]> predictor = model.newPredictor(new Rows());
                predictors.add(predictor);
                int seed = t;
                runs.add(executor.submit(() -> {
                    for (int i = 0; i < 200; i++) {
                        float number = seed * 1000 + i;
                        assertThat(predictor.predict(new float[] {number, 0, -number}))
                                .containsExactly(2 * number, 0, -2 * number);
                    }
                    return null;
                }));
                runs.add(executor.submit(() -> {
                    try (TensorRtNDManager manager = fake.engine.newBaseManager()) {
                        for (int i = 0; i < 100; i++) {
                            float number = -seed * 1000 - i;
                            try (NDArray input = manager.create(new float[] {number, 1, 2}, new Shape(1, 3));
                                    NDArray output = forward(model, input)) {
                                assertThat(output.toFloatArray()).containsExactly(2 * number, 2, 4);
                            }
                        }
                    }
                    return null;
                }));
            }
            for (Future<?> run : runs) {
                run.get();
            }
            int most = threads + 2;
            assertThat(fake.plan().contextsEverOpened()).isBetween((threads + 1) * (1 + graphs), most * (1 + graphs));
            // The others are left to the model.
            predictors.getFirst().close();
        }
    }

    @Test
    void refusesPredictionAfterTheModelWasClosed() throws Exception {
        TensorRtModel model = fake.load("twice");
        Predictor<float[], float[]> predictor = model.newPredictor(new Rows());
        assertThat(predictor.predict(new float[] {1, 1, 1})).containsExactly(2, 2, 2);
        model.close();
        assertThatThrownBy(() -> predictor.predict(new float[] {1, 1, 1}))
                .rootCause()
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThatIllegalStateException()
                .isThrownBy(() -> model.planBlock().newExecution(fake.engine.newBaseManager()))
                .withMessage("The model is closed.");
        predictor.close();
        model.close();
    }

    @Test
    void findsFilesByTheirNames(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("net.engine"), "pair");
        Files.writeString(folder.resolve("net.onnx"), "onnx");
        Path plan = Files.writeString(folder.resolve("compiled"), "twice");
        fake.compiledPlan = plan;
        assertThat(inputsOf("net", folder, null)).containsExactly("a", "b");
        assertThat(inputsOf("other", folder, "net")).containsExactly("a", "b");
        assertThat(inputsOf("other", folder, "net.onnx")).containsExactly("x");
        assertThat(inputsOf("other", folder.resolve("net.onnx"), null)).containsExactly("x");
        assertThat(fake.compiled).hasSize(2).allMatch(line -> line.equals("net.onnx for Fake GPU with {key=value}"));
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> inputsOf("absent", folder, null))
                .withMessageContaining("no .plan, .engine or .onnx file in " + folder)
                .withMessageContaining("absent");
    }

    @Test
    void givesStrippedPlansTheirWeights(@TempDir Path folder) throws Exception {
        Path onnx = Files.writeString(folder.resolve("net.onnx"), "onnx");
        Path plan = Files.writeString(folder.resolve("net.plan"), "twice");
        fake.compiledPlan = plan;
        try (TensorRtModel stripped = (TensorRtModel) fake.engine.newModel("net", null)) {
            stripped.load(onnx, null, Map.of("stripWeights", "true"));
            assertThat(fake.plan().refits()).containsExactly(onnx);
        }
        try (TensorRtModel built = (TensorRtModel) fake.engine.newModel("net", null)) {
            built.load(plan, null, Map.of("refitFrom", onnx.toString()));
            assertThat(fake.plan().refits()).containsExactly(onnx);
        }
        try (TensorRtModel whole = (TensorRtModel) fake.engine.newModel("net", null)) {
            whole.load(plan, null, Map.of());
            assertThat(fake.plan().refits()).isEmpty();
        }
        try (TensorRtModel wrong = (TensorRtModel) fake.engine.newModel("net", null)) {
            assertThatExceptionOfType(MalformedModelException.class)
                    .isThrownBy(() -> wrong.load(plan, null, Map.of("refitFrom", plan.toString())))
                    .withMessageEndingWith("net.plan: these weights are missing: w");
        }
    }

    @Test
    void tellsWhyAPlanCannotBeRead(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("cut.plan"), "ftrt");
        Files.writeString(folder.resolve("empty.plan"), "");
        assertThatExceptionOfType(MalformedModelException.class)
                .isThrownBy(() -> inputsOf("cut", folder, null))
                .withMessageContaining("cut.plan: TensorRT 10.15.1 cannot read the plan (4 bytes)")
                .withMessageContaining("magic tag does not match");
        assertThatExceptionOfType(MalformedModelException.class)
                .isThrownBy(() -> inputsOf("empty", folder, null))
                .withMessageEndingWith("empty.plan is empty");
    }

    @Test
    void staysOnTheDeviceThatItWasLoadedOn() throws Exception {
        try (TensorRtModel model = fake.load("twice")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> model.newPredictor(new Rows(), Device.cpu()))
                    .withMessage("device: cpu() (expected: gpu(0), which the model was loaded on)");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fake.engine.newModel("m", Device.gpu(1)))
                .withMessage("device: gpu(1) (expected: gpu(0))");
    }

    @Test
    void saysThatThereIsNoGpu() {
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> new TensorRtEngine(
                        new FakeCuda(0, 0),
                        device -> {
                            throw new AssertionError("a runtime without a device");
                        },
                        (onnx, device, options) -> onnx,
                        FakeTensorRt.SETTINGS,
                        "10.15.1"))
                .withMessage("TensorRT cannot be used on this machine: the driver shows no NVIDIA GPU");
    }

    @Test
    void manyPassesHoldNothing() throws Exception {
        try (TensorRtModel model = fake.load("twice");
                Predictor<float[], float[]> predictor = model.newPredictor(new Rows())) {
            predictor.predict(new float[] {0, 0, 0});
            fake.cuda.synchronize(0);
            long held = fake.cuda.usedBytes();
            int streams = fake.cuda.streams();
            for (int i = 0; i < 1000; i++) {
                predictor.predict(new float[] {i, i, i});
            }
            fake.cuda.synchronize(0);
            assertThat(fake.cuda.usedBytes()).isEqualTo(held);
            assertThat(fake.cuda.streams()).isEqualTo(streams);
            assertThat(fake.cuda.livePinned()).isLessThanOrEqualTo(FakeTensorRt.SETTINGS.chunks());
        }
    }

    private List<String> inputsOf(String name, Path path, @org.jspecify.annotations.Nullable String prefix)
            throws IOException, MalformedModelException {
        try (TensorRtModel model = (TensorRtModel) fake.engine.newModel(name, null)) {
            model.load(path, prefix, Map.of("key", "value"));
            return model.describeInput().keys();
        }
    }

    private static NDArray forward(TensorRtModel model, NDArray... inputs) {
        return model.getBlock().forward(store(model), new NDList(inputs), false).head();
    }

    private static ParameterStore store(TensorRtModel model) {
        return new ParameterStore(model.getNDManager(), false);
    }
}
