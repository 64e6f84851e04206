package io.insula.inference.graph.tensorrt;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.BytedecoNetworkBuilder;
import io.insula.djl.tensorrt.nvinfer.BytedecoRuntime;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import io.insula.djl.tensorrt.plan.BuildOptions;
import io.insula.djl.tensorrt.plan.BuildProgress;
import io.insula.djl.tensorrt.plan.KernelTimes;
import io.insula.djl.tensorrt.plan.NetworkRequest;
import io.insula.inference.graph.DecoderDescription;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.Channels;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** A decoder's network on the first GPU; every run copies everything there and back. */
final class DeviceNetwork implements NetworkRun, AutoCloseable {

    private static final int DEVICE = 0;

    private final BytedecoRuntime runtime;
    private final Plan plan;
    private final PlanContext context;
    private final CudaStream stream;

    private DeviceNetwork(BytedecoCuda cuda, MemorySegment bytes) {
        runtime = BytedecoRuntime.open(cuda, DEVICE);
        plan = runtime.deserialize(bytes);
        context = plan.newContext();
        stream = cuda.newStream(DEVICE);
    }

    /** Whether this TensorRT has layers for attention, rotation and caches. */
    static boolean hasLayers() {
        return new BytedecoNetworkBuilder(new BytedecoCuda(0)).attentionLayers();
    }

    static DeviceNetwork build(DecoderDescription decoder, NetworkOptions options, StepLimits limits)
            throws IOException, MalformedModelException {
        NativeLibraries.load();
        BytedecoCuda cuda = new BytedecoCuda(0);
        BuildOptions defaults = BuildOptions.parse(Map.of("tf32", "false"));
        BuildOptions wanted = new BuildOptions(
                limits.profiles(decoder.shape()),
                defaults.precisions(),
                defaults.tf32(),
                defaults.workspaceBytes(),
                defaults.optimizationLevel(),
                defaults.auxiliaryStreams(),
                defaults.hardwareCompatibility(),
                defaults.stripWeights(),
                defaults.refit(),
                defaults.sparseWeights());
        ByteArrayOutputStream built = new ByteArrayOutputStream();
        try (Arena constants = Arena.ofShared()) {
            new BytedecoNetworkBuilder(cuda)
                    .build(
                            new NetworkRequest(
                                    "decoder",
                                    network -> TensorRtGraphWriter.write(decoder, options, network, constants),
                                    cuda.describe(DEVICE),
                                    wanted,
                                    KernelTimes.NONE,
                                    new BuildProgress(new Unwatched())),
                            Channels.newChannel(built));
        }
        try (Arena bytes = Arena.ofConfined()) {
            return new DeviceNetwork(cuda, bytes.allocateFrom(ValueLayout.JAVA_BYTE, built.toByteArray()));
        }
    }

    @Override
    public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
        long[] tokens =
                Objects.requireNonNull(inputs.get(DecoderNetwork.TOKENS)).shape();
        context.profile(tokens[1] == 1 ? 0 : 1, stream);
        Map<String, Long> memory = new HashMap<>();
        inputs.forEach((name, tensor) -> {
            long address = stream.allocate(tensor.bytes());
            memory.put(name, address);
            stream.copyToDevice(address, tensor.data().asSlice(0, tensor.bytes()));
            context.inputShape(name, new Shape(tensor.shape()));
            context.address(name, address);
        });
        Map<String, HostTensor> outputs = new LinkedHashMap<>();
        for (TensorSpec tensor : plan.tensors()) {
            if (!tensor.input()) {
                String alias = tensor.aliasOf();
                HostTensor host = alias == null
                        ? HostTensor.of(
                                ElementType.valueOf(tensor.type().name()),
                                context.shape(tensor.name()).getShape())
                        : Objects.requireNonNull(inputs.get(alias));
                outputs.put(tensor.name(), host);
                long address = memory.getOrDefault(String.valueOf(alias), 0L);
                if (alias == null) {
                    address = stream.allocate(host.bytes());
                    memory.put(tensor.name(), address);
                }
                context.address(tensor.name(), address);
            }
        }
        context.enqueue(stream);
        outputs.forEach((name, tensor) -> {
            String alias = plan.tensor(name).aliasOf();
            long source = Objects.requireNonNull(memory.get(alias == null ? name : alias));
            stream.copyToHost(tensor.data().asSlice(0, tensor.bytes()), source);
        });
        stream.synchronize();
        memory.values().forEach(stream::free);
        return outputs;
    }

    @Override
    public void close() {
        context.close();
        plan.close();
        stream.close();
        runtime.close();
    }
}
