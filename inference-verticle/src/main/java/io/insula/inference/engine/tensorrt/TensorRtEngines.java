package io.insula.inference.engine.tensorrt;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.BytedecoNetworkBuilder;
import io.insula.djl.tensorrt.nvinfer.BytedecoRuntime;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanRuntime;
import io.insula.djl.tensorrt.plan.NetworkPlanBuilder;
import io.insula.inference.engine.EngineException;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.DecoderNetwork;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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
    private final DecoderPlans plans;
    private final Map<Integer, PlanRuntime> opened = new ConcurrentHashMap<>();

    /**
     * Engines of libraries that are loaded already.
     *
     * @param runtimes asked once for each device
     */
    public TensorRtEngines(Cuda cuda, IntFunction<PlanRuntime> runtimes, NetworkPlanBuilder builder) {
        this(cuda, runtimes, new DecoderPlans(builder));
    }

    /** The same with a folder of plans that is given. */
    TensorRtEngines(Cuda cuda, IntFunction<PlanRuntime> runtimes, DecoderPlans plans) {
        this.cuda = cuda;
        this.runtimes = runtimes;
        this.plans = plans;
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

    /** The GPUs that the driver shows to this process, by their numbers. */
    public List<DeviceInfo> devices() {
        try {
            return IntStream.range(0, cuda.deviceCount())
                    .mapToObj(cuda::describe)
                    .toList();
        } catch (ai.djl.engine.EngineException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What of a GPU's memory nobody uses at the moment. */
    public long freeBytes(int device) {
        try {
            return cuda.memory(device).freeBytes();
        } catch (ai.djl.engine.EngineException e) {
            throw new EngineException(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * What CUDA says when a GPU is asked to do nothing; empty where it does that. Most faults of a device last as long as the
     * process, whatever is asked of it afterwards.
     */
    public Optional<String> fault(int device) {
        try (CudaStream stream = cuda.newStream(device)) {
            stream.synchronize();
            return Optional.empty();
        } catch (ai.djl.engine.EngineException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** What a model will take of its GPU. Nothing is built or allocated for the answer. */
    public DeviceNeed need(DecoderDescription decoder, TensorRtConfig config, WeightForm weights) {
        DeviceInfo device = device(config.device());
        ElementType type = best(device);
        long weightBytes = new DecoderWeights(decoder).bytes(weights, type);
        CacheLayout cache = DecoderPlans.layout(decoder.shape(), type, config.maxSlots(), config);
        long cacheBytes = cache.bytes(cache.buckets().most());
        return new DeviceNeed(
                device,
                type,
                weightBytes,
                config.kvBudgetBytes() == 0 ? cacheBytes : Math.min(cacheBytes, config.kvBudgetBytes()),
                freeBytes(config.device()));
    }

    /**
     * Builds a model's plan for its GPU, or finds the one that is there.
     *
     * @param progress is told how far the build came, when there is one
     * @return the plan's file
     */
    public Path build(
            String name,
            DecoderDescription decoder,
            TensorRtConfig config,
            PlanConfig building,
            @Nullable Progress progress) {
        return preparing(name, () -> prepare(name, decoder, config, building, best(config), progress))
                .plan();
    }

    /**
     * Opens an engine.
     *
     * @param name what messages call the model
     * @param decoder its weights must stay readable until this returns
     */
    public TensorRtDecoderEngine open(
            String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building) {
        return preparing(
                name,
                () -> opened(prepare(name, decoder, config, building, best(config), null), decoder, config, building));
    }

    /** The same in another type of computation. */
    public TensorRtDecoderEngine open(
            String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building, ElementType type) {
        return preparing(
                name, () -> opened(prepare(name, decoder, config, building, type, null), decoder, config, building));
    }

    private TensorRtDecoderEngine opened(
            Prepared prepared, DecoderDescription decoder, TensorRtConfig config, PlanConfig building)
            throws IOException {
        DeviceInfo device = prepared.device();
        PlanRuntime runtime = opened.computeIfAbsent(device.index(), runtimes::apply);
        // Its name has the hash of its content: another build may have measured, and chosen, other kernels.
        GpuNumerics numerics = new GpuNumerics(
                prepared.digest() + " network " + DecoderNetwork.VERSION + " weights " + building.weights() + " plan "
                        + prepared.plan().getFileName(),
                runtime.version(),
                cuda.driverVersion(),
                device.name());
        return TensorRtDecoderEngine.open(cuda, read(prepared.plan(), runtime), decoder.shape(), config, numerics);
    }

    /** A plan that is there. */
    private record Prepared(DeviceInfo device, String digest, Path plan) {}

    @FunctionalInterface
    private interface Preparation<T> {
        T run() throws IOException, MalformedModelException;
    }

    private static <T> T preparing(String name, Preparation<T> preparation) {
        try {
            return preparation.run();
        } catch (IOException | MalformedModelException | ai.djl.engine.EngineException e) {
            throw new EngineException("the model " + name + " cannot be prepared for the GPU: " + e.getMessage(), e);
        }
    }

    private Prepared prepare(
            String name,
            DecoderDescription decoder,
            TensorRtConfig config,
            PlanConfig building,
            ElementType type,
            @Nullable Progress progress)
            throws IOException, MalformedModelException {
        DeviceInfo device = device(config.device());
        plans.requireLayers(building);
        DecoderWeights weights = new DecoderWeights(decoder);
        requireRoom(name, weights.bytes(building.weights(), type), device, config);
        String digest = weights.digest();
        Path plan = plans.planOf(name, decoder, type, digest, device, config, building, progress);
        return new Prepared(device, digest, plan);
    }

    private ElementType best(TensorRtConfig config) {
        return best(device(config.device()));
    }

    private static ElementType best(DeviceInfo device) {
        return device.computeMajor() >= BFLOAT16_MAJOR ? ElementType.BFLOAT16 : ElementType.FLOAT16;
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

    private static Plan read(Path file, PlanRuntime runtime) throws IOException {
        try (Arena arena = Arena.ofShared();
                FileChannel channel = FileChannel.open(file)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            return runtime.deserialize(mapped);
        }
    }
}
