package io.insula.djl.tensorrt.nvinfer;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.cuda.NativeAddress;
import io.insula.djl.tensorrt.plan.BuildOptions;
import io.insula.djl.tensorrt.plan.BuildProgress;
import io.insula.djl.tensorrt.plan.InputRange;
import io.insula.djl.tensorrt.plan.KernelTimes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.global.nvinfer;
import org.bytedeco.tensorrt.global.nvinfer.OptProfileSelector;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IBuilder;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IOptimizationProfile;
import org.bytedeco.tensorrt.nvinfer.IProgressMonitor;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;

/**
 * One build of TensorRT, of a network that somebody else fills.
 *
 * <p>Builds of a process take turns: one that runs beside another would measure the other's load.
 *
 * <p><b>Order</b>: what TensorRT refers to is deleted after what refers to it: plan, what the network was filled from, network,
 * configuration, builder, kernel times, progress.
 *
 * @param what names the content in messages
 * @param device the GPU that kernels are measured on
 * @param times what earlier builds measured
 */
record PlanCompilation(
        String what, DeviceInfo device, BuildOptions options, KernelTimes times, BuildProgress progress) {
    private static final int CHUNK = 1 << 30;
    private static final ReentrantLock TURN = new ReentrantLock();

    /** Fills a network. */
    interface Content {
        /** What is returned is closed after the build. */
        Held fill(INetworkDefinition network) throws MalformedModelException;
    }

    /** Memory that a network refers to. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    /** Builds the plan and writes it. */
    void run(Cuda cuda, Content content, WritableByteChannel target) throws IOException, MalformedModelException {
        NativeLibraries.load().cannotBuild(device.architecture()).ifPresent(why -> {
            throw new TensorRtException(why);
        });
        TURN.lock();
        try {
            cuda.use(device.index());
            report(content, target);
        } finally {
            TURN.unlock();
        }
    }

    private void report(Content content, WritableByteChannel target) throws IOException, MalformedModelException {
        progress.start("Compiling " + what + " for " + device.name());
        boolean built = false;
        try {
            build(content, target);
            built = true;
        } finally {
            progress.end(built);
        }
    }

    @SuppressWarnings("try")
    private void build(Content content, WritableByteChannel target) throws IOException, MalformedModelException {
        long mark = TensorRtLog.SHARED.mark();
        Owned<ITimingCache> cache = null;
        try (ProgressCallbacks callbacks = new ProgressCallbacks(progress)) {
            try (Owned<IBuilder> builder = Owned.of(
                            nvinfer.createInferBuilder(TensorRtLog.SHARED),
                            mark,
                            "creating TensorRT's builder failed");
                    Owned<IBuilderConfig> config = Owned.of(
                            builder.get().createBuilderConfig(), mark, "creating a builder's configuration failed");
                    Owned<INetworkDefinition> network = Owned.of(
                            builder.get().createNetworkV2(BuilderLine.networkFlags(options.stronglyTyped())),
                            mark,
                            "creating a network failed");
                    Held held = content.fill(network.get())) {
                configure(config.get(), options);
                profiles(builder.get(), config.get(), network.get(), options);
                config.get().setProgressMonitor(new IProgressMonitor(new NativeAddress(callbacks.address())));
                cache = TimingCaches.open(config.get(), times);
                try (Owned<IHostMemory> plan = compile(builder.get(), network.get(), config.get())) {
                    write(plan.get(), target);
                }
                TimingCaches.store(config.get(), cache.get(), times);
            } finally {
                if (cache != null) {
                    cache.close();
                }
            }
        }
    }

    private Owned<IHostMemory> compile(IBuilder builder, INetworkDefinition network, IBuilderConfig config)
            throws MalformedModelException {
        long mark = TensorRtLog.SHARED.mark();
        try {
            return Owned.of(builder.buildSerializedNetwork(network, config), mark, "compiling " + what + " failed");
        } catch (TensorRtException e) {
            throw new MalformedModelException(
                    progress.stopped()
                            ? "compiling " + what + " was stopped, as its caller asked"
                            : String.valueOf(e.getMessage()),
                    e);
        }
    }

    private static void configure(IBuilderConfig config, BuildOptions options) {
        options.precisions().forEach(precision -> BuilderLine.set(config, precision.flag(), "precision: " + precision));
        if (options.tf32()) {
            BuilderLine.set(config, "kTF32", "tf32: true");
        } else {
            BuilderLine.clear(config, "kTF32", "tf32: false");
        }
        if (options.workspaceBytes() > 0) {
            config.setMemoryPoolLimit(nvinfer.MemoryPoolType.kWORKSPACE, options.workspaceBytes());
        }
        config.setBuilderOptimizationLevel(options.optimizationLevel());
        // Names of kernels, for whoever asks how long they take; nothing at run time.
        config.setProfilingVerbosity(nvinfer.ProfilingVerbosity.kDETAILED);
        if (options.auxiliaryStreams() >= 0) {
            config.setMaxAuxStreams(options.auxiliaryStreams());
        }
        BuilderLine.compatibility(
                config,
                options.hardwareCompatibility().level(),
                "hardwareCompatibility: " + options.hardwareCompatibility());
        if (options.sparseWeights()) {
            BuilderLine.set(config, "kSPARSE_WEIGHTS", "sparseWeights: true");
        }
        switch (options.refit()) {
            case NONE -> {}
            case IDENTICAL -> BuilderLine.set(config, "kREFIT_IDENTICAL", "refit: identical");
            case ANY -> BuilderLine.set(config, "kREFIT", "refit: any");
        }
        if (options.stripWeights()) {
            BuilderLine.set(config, "kSTRIP_PLAN", "stripWeights: true");
        }
    }

    private static void profiles(
            IBuilder builder, IBuilderConfig config, INetworkDefinition network, BuildOptions options) {
        LinkedHashMap<String, Shape> inputs = new LinkedHashMap<>();
        for (int i = 0; i < network.getNbInputs(); i++) {
            ITensor input = network.getInput(i);
            inputs.put(input.getName(), BytedecoPlan.shape(input.getDimensions()));
        }
        for (Map<String, InputRange> wanted : ProfileCheck.check(inputs, options.profiles())) {
            long mark = TensorRtLog.SHARED.mark();
            IOptimizationProfile profile = builder.createOptimizationProfile();
            if (profile == null) {
                throw TensorRtLog.SHARED.failure(mark, "creating an optimization profile failed");
            }
            wanted.forEach((input, range) -> {
                dimensions(profile, input, OptProfileSelector.kMIN, range.min());
                dimensions(profile, input, OptProfileSelector.kOPT, range.opt());
                dimensions(profile, input, OptProfileSelector.kMAX, range.max());
            });
            if (config.addOptimizationProfile(profile) < 0) {
                throw TensorRtLog.SHARED.failure(mark, "TensorRT refuses the profile " + wanted);
            }
        }
    }

    private static void dimensions(IOptimizationProfile profile, String input, OptProfileSelector which, Shape shape) {
        try (Dims64 dims = new Dims64()) {
            dims.nbDims(shape.dimension());
            for (int i = 0; i < shape.dimension(); i++) {
                dims.d(i, shape.get(i));
            }
            long mark = TensorRtLog.SHARED.mark();
            if (!profile.setDimensions(input, which, dims)) {
                throw TensorRtLog.SHARED.failure(mark, "TensorRT refuses the shape " + shape + " of input " + input);
            }
        }
    }

    @SuppressWarnings("restricted")
    private static void write(IHostMemory plan, WritableByteChannel target) throws IOException {
        Pointer data = plan.data();
        long size = plan.size();
        MemorySegment bytes = MemorySegment.ofAddress(data.address()).reinterpret(size);
        for (long at = 0; at < size; at += CHUNK) {
            ByteBuffer chunk = bytes.asSlice(at, Math.min(CHUNK, size - at)).asByteBuffer();
            while (chunk.hasRemaining()) {
                target.write(chunk);
            }
        }
    }
}
