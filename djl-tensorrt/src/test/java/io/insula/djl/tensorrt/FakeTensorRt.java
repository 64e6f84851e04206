package io.insula.djl.tensorrt;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.memory.MemorySettings;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanRuntime;
import io.insula.djl.tensorrt.nvinfer.ShapeRange;
import io.insula.djl.tensorrt.nvinfer.TensorRtException;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An engine over a fake device. Its plans are names of networks, such as {@code twice}, as bytes. */
final class FakeTensorRt {

    static final MemorySettings SETTINGS = new MemorySettings(64, 2, 0, true);

    final FakeCuda cuda;
    final TensorRtEngine engine;
    final List<FakePlan> plans = new ArrayList<>();
    final List<String> compiled = new ArrayList<>();

    @Nullable
    Path compiledPlan;

    FakeTensorRt() {
        this(1L << 30);
    }

    FakeTensorRt(long deviceBytes) {
        this(1, deviceBytes);
    }

    FakeTensorRt(int devices, long deviceBytes) {
        cuda = new FakeCuda(devices, deviceBytes);
        engine = new TensorRtEngine(
                cuda,
                device -> new FakeRuntime(),
                (onnx, device, options) -> {
                    compiled.add(onnx.getFileName() + " for " + device.name() + " with " + options);
                    if (compiledPlan == null) {
                        throw new MalformedModelException("no plan");
                    }
                    return compiledPlan;
                },
                SETTINGS,
                "10.15.1");
    }

    TensorRtModel load(String network, Map<String, ?> options) throws IOException, MalformedModelException {
        TensorRtModel model = (TensorRtModel) engine.newModel(network, null);
        try {
            model.load(new ByteArrayInputStream(network.getBytes(StandardCharsets.UTF_8)), options);
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            throw e;
        }
        return model;
    }

    TensorRtModel load(String network) throws IOException, MalformedModelException {
        return load(network, Map.of());
    }

    FakePlan plan() {
        return plans.getLast();
    }

    private final class FakeRuntime implements PlanRuntime {

        @Override
        public String version() {
            return "10.15.1";
        }

        @Override
        public int device() {
            return 0;
        }

        @Override
        public Plan deserialize(MemorySegment plan) {
            String name = new String(plan.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
            FakePlan read = network(name);
            plans.add(read);
            return read;
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    private static TensorSpec spec(String name, boolean input, TensorType type, long... shape) {
        return new TensorSpec(name, input, type, new Shape(shape), false, false, null);
    }

    private FakePlan twice(long rows, ShapeRange first, ShapeRange second) {
        return new FakePlan(
                cuda,
                List.of(spec("x", true, TensorType.FLOAT32, -1, 3), spec("y", false, TensorType.FLOAT32, rows, 3)),
                List.of(Map.of("x", first), Map.of("x", second)),
                shapes -> Map.of("y", shapes.getOrDefault("x", new Shape(-1, 3))),
                (memory, shapes) -> {
                    for (long i = 0; i < shapes.get("x").size(); i++) {
                        float value = memory.get("x").getAtIndex(ValueLayout.JAVA_FLOAT, i);
                        memory.get("y").setAtIndex(ValueLayout.JAVA_FLOAT, i, 2 * value);
                    }
                });
    }

    private FakePlan network(String name) {
        return switch (name) {
            // y = 2 x for x [n, 3] with n in 1..4 in profile 0 and 5..64 in profile 1
            case "twice" -> twice(-1, range(1, 2, 4), range(5, 8, 64));
            // The same, fixed in profile 0, which is the one that a plan tells its output's shape for
            case "twice fixed" -> twice(1, range(1, 1, 1), range(2, 8, 64));
            // sum = a + b, difference = a - b, of two ints
            case "pair" ->
                new FakePlan(
                        cuda,
                        List.of(
                                spec("a", true, TensorType.INT32, 2),
                                spec("b", true, TensorType.INT32, 2),
                                spec("sum", false, TensorType.INT32, 2),
                                spec("difference", false, TensorType.INT32, 2)),
                        List.of(),
                        shapes -> Map.of("sum", new Shape(2), "difference", new Shape(2)),
                        (memory, shapes) -> {
                            for (long i = 0; i < 2; i++) {
                                int a = memory.get("a").getAtIndex(ValueLayout.JAVA_INT, i);
                                int b = memory.get("b").getAtIndex(ValueLayout.JAVA_INT, i);
                                memory.get("sum").setAtIndex(ValueLayout.JAVA_INT, i, a + b);
                                memory.get("difference").setAtIndex(ValueLayout.JAVA_INT, i, a - b);
                            }
                        });
            // Writes its number into the cache at a position; the cache is input and output at one address.
            case "append" ->
                new FakePlan(
                        cuda,
                        List.of(
                                spec("cache", true, TensorType.INT32, 8),
                                spec("at", true, TensorType.INT64, 1),
                                spec("value", true, TensorType.INT32, 1),
                                new TensorSpec(
                                        "updated", false, TensorType.INT32, new Shape(8), false, false, "cache")),
                        List.of(),
                        shapes -> Map.of("updated", new Shape(8)),
                        (memory, shapes) -> {
                            if (memory.get("cache").address()
                                    != memory.get("updated").address()) {
                                throw new AssertionError("cache and updated are not at one address");
                            }
                            long at = memory.get("at").get(ValueLayout.JAVA_LONG, 0);
                            memory.get("updated")
                                    .setAtIndex(
                                            ValueLayout.JAVA_INT,
                                            at,
                                            memory.get("value").get(ValueLayout.JAVA_INT, 0));
                        });
            // An output whose shape only the values of the input tell.
            case "nonzero" ->
                new FakePlan(
                                cuda,
                                List.of(
                                        spec("x", true, TensorType.INT32, 4),
                                        spec("indices", false, TensorType.INT64, -1)),
                                List.of(),
                                shapes -> Map.of("indices", new Shape(-1)),
                                (memory, shapes) -> {
                                    long found = 0;
                                    for (long i = 0; i < 4; i++) {
                                        if (memory.get("x").getAtIndex(ValueLayout.JAVA_INT, i) != 0) {
                                            memory.get("indices").setAtIndex(ValueLayout.JAVA_LONG, found++, i);
                                        }
                                    }
                                })
                        .late(memory -> Map.of(
                                "indices",
                                new Shape(
                                        java.util.Arrays.stream(memory.get("x").toArray(ValueLayout.JAVA_INT))
                                                .filter(value -> value != 0)
                                                .count())));
            // raw copies of a packed type that DJL has no name for
            case "packed" ->
                new FakePlan(
                        cuda,
                        List.of(spec("w", true, TensorType.INT4, 2, 3), spec("v", false, TensorType.INT4, 2, 3)),
                        List.of(),
                        shapes -> Map.of("v", new Shape(2, 3)),
                        (memory, shapes) -> memory.get("v").copyFrom(memory.get("w")));
            // Reshapes: the shape is read by the host.
            case "host" ->
                new FakePlan(
                        cuda,
                        List.of(
                                spec("x", true, TensorType.FLOAT32, 4),
                                new TensorSpec("size", true, TensorType.INT64, new Shape(1), true, true, null),
                                spec("y", false, TensorType.FLOAT32, 4)),
                        List.of(),
                        shapes -> Map.of("y", new Shape(4)),
                        (memory, shapes) ->
                                memory.get("y").fill((byte) memory.get("size").get(ValueLayout.JAVA_LONG, 0)));
            default ->
                throw new TensorRtException("TensorRT 10.15.1 cannot read the plan (" + name.length()
                        + " bytes): IRuntime::deserializeCudaEngine: Error Code 1: Serialization (magic tag does not"
                        + " match)");
        };
    }

    private static ShapeRange range(long min, long opt, long max) {
        return new ShapeRange(new Shape(min, 3), new Shape(opt, 3), new Shape(max, 3));
    }
}
