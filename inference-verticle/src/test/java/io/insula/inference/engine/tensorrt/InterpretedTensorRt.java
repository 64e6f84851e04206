package io.insula.inference.engine.tensorrt;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanRuntime;
import io.insula.djl.tensorrt.nvinfer.ShapeRange;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import io.insula.djl.tensorrt.plan.InputRange;
import io.insula.djl.tensorrt.plan.NetworkPlanBuilder;
import io.insula.djl.tensorrt.plan.NetworkRequest;
import io.insula.inference.graph.tensorrt.HostTensor;
import io.insula.inference.graph.tensorrt.NetworkInterpreter;
import io.insula.inference.graph.tensorrt.RecordedNetwork;
import io.insula.inference.graph.tensorrt.Recording;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongUnaryOperator;

/** A TensorRT without its layers of 10.15, whose plans are recordings, interpreted over a fake device's memory. */
public final class InterpretedTensorRt implements NetworkPlanBuilder {

    private static final String VERSION = "10.6.0";
    private static final long ACTIVATIONS = 4096;

    private final FakeCuda cuda;
    private final List<NetworkRequest> requests = new ArrayList<>();
    private final List<Built> built = new ArrayList<>();
    private String refusal = "";

    private record Built(RecordedNetwork network, List<Map<String, InputRange>> profiles) {}

    public InterpretedTensorRt(FakeCuda cuda) {
        this.cuda = cuda;
    }

    /** Every build so far. */
    public List<NetworkRequest> requests() {
        return requests;
    }

    /** From now on every build fails with that text. */
    public void refuse(String text) {
        refusal = text;
    }

    @Override
    public String version() {
        return VERSION;
    }

    @Override
    public boolean attentionLayers() {
        return false;
    }

    @Override
    public void build(NetworkRequest request, WritableByteChannel target) throws IOException, MalformedModelException {
        if (!refusal.isEmpty()) {
            throw new MalformedModelException(refusal);
        }
        requests.add(request);
        request.progress().start(request.name());
        RecordedNetwork network = new RecordedNetwork();
        request.writer().accept(network);
        target.write(ByteBuffer.wrap(new byte[] {(byte) built.size()}));
        built.add(new Built(network, request.options().profiles()));
        request.progress().end(false);
    }

    /** Reads what was built. */
    public PlanRuntime runtime() {
        return new PlanRuntime() {
            @Override
            public String version() {
                return VERSION;
            }

            @Override
            public int device() {
                return 0;
            }

            @Override
            public Plan deserialize(MemorySegment plan) {
                return read(built.get(plan.get(ValueLayout.JAVA_BYTE, 0)));
            }

            @Override
            public void close() {
                // Nothing is held.
            }
        };
    }

    private Plan read(Built found) {
        Shapes shapes = new Shapes(found.network());
        return new FakePlan(
                        cuda,
                        shapes.tensors(),
                        found.profiles().stream()
                                .map(InterpretedTensorRt::ranges)
                                .toList(),
                        shapes::outputs,
                        new InterpretedNetwork(found.network()))
                .activations(ACTIVATIONS);
    }

    private static Map<String, ShapeRange> ranges(Map<String, InputRange> profile) {
        Map<String, ShapeRange> ranges = new HashMap<>();
        profile.forEach((name, range) -> ranges.put(name, new ShapeRange(range.min(), range.opt(), range.max())));
        return ranges;
    }

    /** What shapes a network's outputs have, found by running it over zeros. */
    private static final class Shapes {

        private final RecordedNetwork network;
        private final Map<Map<String, Shape>, Map<String, Shape>> known = new HashMap<>();

        Shapes(RecordedNetwork network) {
            this.network = network;
        }

        /** A dimension of an output that follows the inputs' is open. */
        List<TensorSpec> tensors() {
            List<TensorSpec> tensors = new ArrayList<>();
            for (Recording.Input input : network.inputs().values()) {
                tensors.add(new TensorSpec(
                        input.name(),
                        true,
                        TensorType.valueOf(input.type().name()),
                        shape(input, size -> size),
                        false,
                        false,
                        null));
            }
            Map<String, HostTensor> ones = run(inputs(size -> size < 0 ? 1 : size));
            Map<String, HostTensor> twos = run(inputs(size -> size < 0 ? 2 : size));
            ones.forEach((name, one) -> {
                long[] shape = one.shape().clone();
                long[] other = new Named(twos).get(name).shape();
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = shape[i] == other[i] ? shape[i] : -1;
                }
                tensors.add(new TensorSpec(
                        name,
                        false,
                        TensorType.valueOf(one.type().name()),
                        new Shape(shape),
                        false,
                        false,
                        network.aliasOf(name)));
            });
            return tensors;
        }

        private record Named(Map<String, HostTensor> tensors) {
            HostTensor get(String name) {
                HostTensor tensor = tensors.get(name);
                if (tensor == null) {
                    throw new AssertionError("no output is called " + name);
                }
                return tensor;
            }
        }

        private Map<String, Shape> inputs(LongUnaryOperator size) {
            Map<String, Shape> shapes = new HashMap<>();
            network.inputs().forEach((name, input) -> shapes.put(name, shape(input, size)));
            return shapes;
        }

        private static Shape shape(Recording.Input input, LongUnaryOperator size) {
            return new Shape(
                    input.shape().stream().mapToLong(Long::longValue).map(size).toArray());
        }

        synchronized Map<String, Shape> outputs(Map<String, Shape> inputs) {
            return known.computeIfAbsent(Map.copyOf(inputs), given -> {
                Map<String, Shape> outputs = new HashMap<>();
                run(given).forEach((name, output) -> outputs.put(name, new Shape(output.shape())));
                return outputs;
            });
        }

        private Map<String, HostTensor> run(Map<String, Shape> shapes) {
            Map<String, HostTensor> zeros = new HashMap<>();
            // The shape of an input without open dimensions need not be given.
            network.inputs()
                    .forEach((name, input) -> zeros.put(
                            name,
                            HostTensor.of(
                                    input.type(),
                                    shapes.getOrDefault(name, shape(input, size -> size))
                                            .getShape())));
            return new NetworkInterpreter(network).run(zeros);
        }
    }
}
