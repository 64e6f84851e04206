package io.insula.djl.tensorrt.gpu;

import ai.djl.Device;
import ai.djl.ModelException;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.TranslateException;
import io.insula.djl.tensorrt.TensorRtEngine;
import io.insula.djl.tensorrt.TensorRtSymbolBlock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Loads models the way that users of DJL do, with one cache of plans for all tests of a process. */
final class Models {

    private static final Path CACHE = temporary();

    /** How long builds search for kernels, for machines where that takes long: 0..5. */
    private static final String LEVEL = "io.insula.djl.tensorrt.gpu.level";

    private Models() {}

    /** Loads on the first GPU; options override the shared cache. */
    static ZooModel<NDList, NDList> load(Path file, Map<String, String> options) throws ModelException, IOException {
        Criteria.Builder<NDList, NDList> criteria = Criteria.builder()
                .setTypes(NDList.class, NDList.class)
                .optModelPath(file)
                .optEngine(TensorRtEngine.NAME)
                .optDevice(Device.gpu(0));
        cached().forEach(criteria::optOption);
        String level = System.getProperty(LEVEL);
        if (level != null) {
            criteria.optOption("builderOptimizationLevel", level);
        }
        options.forEach(criteria::optOption);
        return criteria.build().loadModel();
    }

    /** The options that name the shared caches. */
    static Map<String, String> cached() {
        return Map.of(
                "planCache", CACHE.resolve("plans").toString(),
                "timingCache", CACHE.resolve("timings").toString());
    }

    /** The only plan in a folder. */
    static Path onlyPlan(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> plans =
                    files.filter(file -> file.toString().endsWith(".plan")).toList();
            if (plans.size() != 1) {
                throw new IllegalStateException("plans: " + plans + " (expected: one)");
            }
            return plans.getFirst();
        }
    }

    /** The loaded model's block with the means for loops. */
    static TensorRtSymbolBlock block(ZooModel<NDList, NDList> model) {
        return (TensorRtSymbolBlock) model.getBlock();
    }

    /** One prediction with one input, in and out through the host. */
    static float[] predict(
            Predictor<NDList, NDList> predictor, NDManager manager, Numbers type, float[] x, long... shape)
            throws TranslateException {
        try (NDManager scope = manager.newSubManager()) {
            NDArray input = scope.create(type.bytes(x), new Shape(shape), type.djl());
            NDList output = predictor.predict(new NDList(input));
            output.attach(scope);
            return floats(output.singletonOrThrow(), type);
        }
    }

    /** The values of an array of a floating-point type. */
    static float[] floats(NDArray array, Numbers type) {
        if (type != Numbers.HALF) {
            return array.toFloatArray();
        }
        short[] raw = new short[Math.toIntExact(array.size())];
        array.toByteBuffer().asShortBuffer().get(raw);
        float[] values = new float[raw.length];
        for (int i = 0; i < raw.length; i++) {
            values[i] = Float.float16ToFloat(raw[i]);
        }
        return values;
    }

    private static Path temporary() {
        try {
            Path folder = Files.createTempDirectory("tensorrt-gpu-tests");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder)));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> {
                if (!file.toFile().delete()) {
                    file.toFile().deleteOnExit();
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
