package io.insula.inference.engine.tensorrt;

import ai.djl.MalformedModelException;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.BytedecoNetworkBuilder;
import io.insula.djl.tensorrt.nvinfer.BytedecoRuntime;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanRuntime;
import io.insula.djl.tensorrt.plan.BuildOptions;
import io.insula.djl.tensorrt.plan.CachedNetworkPlans;
import io.insula.djl.tensorrt.plan.HardwareCompatibility;
import io.insula.djl.tensorrt.plan.NetworkPlanBuilder;
import io.insula.djl.tensorrt.plan.Refit;
import io.insula.inference.engine.EngineException;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.tensorrt.DecoderNetwork;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.NetworkOptions;
import io.insula.inference.graph.tensorrt.StepLimits;
import io.insula.inference.graph.tensorrt.TensorRtGraphWriter;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes GPU engines on this machine: finds the device, builds the decoder's plan or takes it from its folder, opens it.
 *
 * <p><b>Thread:</b> any; building blocks the caller for minutes and keeps the device busy.
 *
 * <p><b>Errors:</b> {@link EngineException} with one sentence where libraries or devices are missing, and with TensorRT's text
 * where it fails; {@link IllegalArgumentException} for settings that do not fit the device.
 */
public final class TensorRtEngines {

    private static final Logger LOG = LoggerFactory.getLogger(TensorRtEngines.class);
    /** From here on GPUs compute with bfloat16. */
    private static final int BFLOAT16_MAJOR = 8;

    private final Cuda cuda;
    private final IntFunction<PlanRuntime> runtimes;
    private final NetworkPlanBuilder builder;
    private final CachedNetworkPlans plans;
    private final Map<Integer, PlanRuntime> opened = new ConcurrentHashMap<>();

    /**
     * Engines of libraries that are loaded already.
     *
     * @param runtimes asked once for each device
     */
    public TensorRtEngines(Cuda cuda, IntFunction<PlanRuntime> runtimes, NetworkPlanBuilder builder) {
        this.cuda = cuda;
        this.runtimes = runtimes;
        this.builder = builder;
        this.plans = new CachedNetworkPlans(builder);
    }

    /** What this machine lacks, in one sentence; nothing is loaded for the answer. */
    public static Optional<String> missing() {
        return NativeLibraries.missing();
    }

    /** Loads the libraries of CUDA and TensorRT. */
    public static TensorRtEngines start() {
        try {
            NativeLibraries.load();
            Cuda cuda = new BytedecoCuda(0);
            return new TensorRtEngines(
                    cuda, device -> BytedecoRuntime.open(cuda, device), new BytedecoNetworkBuilder(cuda));
        } catch (ai.djl.engine.EngineException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Opens an engine.
     *
     * @param name what messages call the model
     * @param decoder its weights must stay readable until this returns
     */
    public TensorRtDecoderEngine open(
            String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building) {
        DeviceInfo device = device(config.device());
        ElementType type = device.computeMajor() >= BFLOAT16_MAJOR ? ElementType.BFLOAT16 : ElementType.FLOAT16;
        return open(name, decoder, config, building, type);
    }

    /** The same in another type of computation. */
    TensorRtDecoderEngine open(
            String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building, ElementType type) {
        try {
            DeviceInfo device = device(config.device());
            if (building.dialect() == Dialect.LAYERS && !builder.attentionLayers()) {
                throw new IllegalArgumentException("dialect: LAYERS with TensorRT " + builder.version()
                        + " (expected: PORTABLE before TensorRT 10.15)");
            }
            DecoderWeights weights = new DecoderWeights(decoder);
            requireRoom(name, weights.elements() * bits(building.weights(), type) / Byte.SIZE, device, config);
            String digest = weights.digest();
            Path file = plan(name, decoder, type, digest, device, config, building);
            PlanRuntime runtime = opened.computeIfAbsent(device.index(), runtimes::apply);
            GpuNumerics numerics = new GpuNumerics(
                    digest + " network " + DecoderNetwork.VERSION + " weights " + building.weights(),
                    runtime.version(),
                    cuda.driverVersion(),
                    device.name());
            return TensorRtDecoderEngine.open(cuda, read(file, runtime), decoder.shape(), config, numerics);
        } catch (IOException | MalformedModelException | ai.djl.engine.EngineException e) {
            throw new EngineException("the model " + name + " cannot be prepared for the GPU: " + e.getMessage(), e);
        }
    }

    private DeviceInfo device(int index) {
        int count = cuda.deviceCount();
        if (count == 0) {
            throw new EngineException("the driver shows no NVIDIA GPU to this process");
        }
        if (index >= count) {
            throw new IllegalArgumentException("device: " + index + " (expected: 0.." + (count - 1) + ")");
        }
        return cuda.describe(index);
    }

    /** Of a weight, at least: quantised ones have scales, and some matrices are always plain. */
    private static int bits(WeightForm weights, ElementType plain) {
        return switch (weights) {
            case PLAIN -> plain.bits();
            case FLOAT8 -> ElementType.FLOAT8.bits();
            case INT4 -> ElementType.INT4.bits();
        };
    }

    /** Before anything is built: a plan that cannot be loaded would cost its minutes for nothing. */
    private void requireRoom(String name, long weightBytes, DeviceInfo device, TensorRtConfig config) {
        long free = cuda.memory(device.index()).freeBytes();
        LOG.info(
                "{}: at least {} MiB of weights, {} MiB of {} are free",
                name,
                weightBytes >> 20,
                free >> 20,
                device.name());
        if (weightBytes > free - config.spareBytes()) {
            throw new IllegalArgumentException("memory of GPU " + device.index() + ": " + (free >> 20) + " MiB free, "
                    + (config.spareBytes() >> 20) + " MiB of them to be left (expected: more than the " + name
                    + "'s weights of " + (weightBytes >> 20) + " MiB)");
        }
    }

    private Path plan(
            String name,
            DecoderDescription decoder,
            ElementType type,
            String digest,
            DeviceInfo device,
            TensorRtConfig config,
            PlanConfig building)
            throws IOException, MalformedModelException {
        DecoderShape shape = decoder.shape();
        int slotTokens = Math.min(config.slotTokens(), shape.contextTokens());
        LengthBuckets lengths = CacheLayout.of(
                        shape, Math.toIntExact(type.bytes(1)), 1, config.leastBucket(), slotTokens)
                .buckets();
        NetworkOptions options = (building.dialect() == Dialect.LAYERS
                        ? NetworkOptions.layers(type, lengths.most(), lengths.most())
                        : NetworkOptions.portable(type, lengths.most()))
                .withTop(building.candidates())
                .withWeights(building.weights());
        boolean fixed = building.dialect() == Dialect.LAYERS;
        StepLimits limits = new StepLimits(
                config.maxSlots(),
                building.chunk(),
                building.scored(),
                fixed ? lengths.most() : lengths.least(),
                lengths.most());
        String content =
                String.join("\0", "decoder " + DecoderNetwork.VERSION, digest, shape.toString(), options.toString());
        try (Arena constants = Arena.ofShared()) {
            return plans.planOf(
                    name,
                    content,
                    network -> TensorRtGraphWriter.write(decoder, options, network, constants),
                    device,
                    options(limits, shape, building),
                    caches(building));
        }
    }

    /** One stream, since a captured step has one; float32 stays float32. */
    private static BuildOptions options(StepLimits limits, DecoderShape shape, PlanConfig building) {
        return new BuildOptions(
                limits.profiles(shape),
                Set.of(),
                false,
                0,
                building.optimizationLevel(),
                0,
                HardwareCompatibility.NONE,
                false,
                Refit.NONE,
                false);
    }

    private static Map<String, Object> caches(PlanConfig building) {
        return Map.of(
                "planCache", building.folder().resolve("plans"),
                "planCacheBytes", building.folderBytes(),
                "timingCache", building.folder().resolve("timings"));
    }

    private static Plan read(Path file, PlanRuntime runtime) throws IOException {
        try (Arena arena = Arena.ofShared();
                FileChannel channel = FileChannel.open(file)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return runtime.deserialize(mapped);
        }
    }
}
