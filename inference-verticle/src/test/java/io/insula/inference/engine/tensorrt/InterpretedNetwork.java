package io.insula.inference.engine.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.HostTensor;
import io.insula.inference.graph.tensorrt.NetworkInterpreter;
import io.insula.inference.graph.tensorrt.NetworkOptions;
import io.insula.inference.graph.tensorrt.RecordedNetwork;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/** The network that is written for TensorRT, interpreted over the fake device's memory. */
final class InterpretedNetwork implements FakePlan.Network {

    private final RecordedNetwork network;
    private final NetworkInterpreter interpreter;

    InterpretedNetwork(DecoderDescription decoder, NetworkOptions options) {
        this(RecordedNetwork.record(decoder, options));
    }

    InterpretedNetwork(RecordedNetwork network) {
        this.network = network;
        this.interpreter = new NetworkInterpreter(network);
    }

    @Override
    public void run(FakePlan.Named<MemorySegment> memory, FakePlan.Named<Shape> shapes) {
        Map<String, HostTensor> inputs = new HashMap<>();
        network.inputs()
                .forEach((name, input) -> inputs.put(
                        name, new HostTensor(input.type(), shapes.get(name).getShape(), memory.get(name))));
        interpreter.run(inputs).forEach((name, output) -> {
            if (network.aliasOf(name) == null) {
                long bytes = output.type().bytes(shapes.get(name).size());
                memory.get(name).copyFrom(output.data().asSlice(0, bytes));
            }
        });
    }

    /** Of the dialect of layers. */
    static InterpretedNetwork layers(DecoderDescription decoder, int capacity) {
        NetworkOptions options =
                NetworkOptions.layers(ElementType.FLOAT32, decoder.shape().contextTokens(), capacity);
        return new InterpretedNetwork(decoder, options.withTop(FakeGpu.CANDIDATES));
    }
}
