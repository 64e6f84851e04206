package io.insula.djl.tensorrt;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import io.insula.djl.tensorrt.cuda.BytedecoCuda;
import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.memory.Gpu;
import io.insula.djl.tensorrt.memory.Holding;
import io.insula.djl.tensorrt.memory.MemoryAccount;
import io.insula.djl.tensorrt.memory.MemorySettings;
import io.insula.djl.tensorrt.nvinfer.BytedecoPlanBuilder;
import io.insula.djl.tensorrt.nvinfer.BytedecoRuntime;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.djl.tensorrt.nvinfer.PlanRuntime;
import io.insula.djl.tensorrt.plan.CachedOnnxPlans;
import io.insula.djl.tensorrt.plan.OnnxPlans;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DJL's engine for TensorRT: models are plans, arrays live on a device, and each predictor has a stream of its own.
 *
 * <p><b>Errors</b>: on a machine that lacks something, asking for the engine throws an {@link EngineException} with one sentence
 * that says what and where it was looked for. Nothing is loaded before somebody asks.
 */
public final class TensorRtEngine extends Engine {

    /** The name that DJL knows the engine by. */
    public static final String NAME = "TensorRT";

    /** Behind the engines that run anywhere: it is used where it is asked for. */
    static final int RANK = 11;

    private static final Logger LOG = LoggerFactory.getLogger(TensorRtEngine.class);
    private static final List<String> WITHOUT_OPERATIONS = List.of(NAME, "OnnxRuntime", "RPC");

    private static @Nullable TensorRtEngine shared;

    private final Cuda cuda;
    private final IntFunction<PlanRuntime> runtimes;
    private final OnnxPlans plans;
    private final MemorySettings settings;
    private final String version;
    private final int devices;
    private final ConcurrentHashMap<Integer, Gpu> gpus = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Integer, PlanRuntime> opened = new ConcurrentHashMap<>();
    private final TensorRtNDManager system;
    private @Nullable Engine alternative;
    private boolean alternativeSought;

    @SuppressWarnings("this-escape")
    TensorRtEngine(
            Cuda cuda, IntFunction<PlanRuntime> runtimes, OnnxPlans plans, MemorySettings settings, String version) {
        this.cuda = cuda;
        this.runtimes = runtimes;
        this.plans = plans;
        this.settings = settings;
        this.version = version;
        this.devices = count(cuda);
        this.system = TensorRtNDManager.ofSystem(this);
    }

    private static int count(Cuda cuda) {
        int devices;
        try {
            devices = cuda.deviceCount();
        } catch (CudaException failure) {
            throw new EngineException("TensorRT cannot be used on this machine: " + failure.getMessage(), failure);
        }
        if (devices == 0) {
            throw new EngineException("TensorRT cannot be used on this machine: the driver shows no NVIDIA GPU");
        }
        return devices;
    }

    /** The engine of this process; a failure to start it is told again at every call. */
    static synchronized TensorRtEngine instance() {
        TensorRtEngine engine = shared;
        if (engine == null) {
            engine = start();
            shared = engine;
        }
        return engine;
    }

    private static TensorRtEngine start() {
        NativeLibraries.load();
        MemorySettings settings = MemorySettings.ofSystem();
        Cuda cuda = new BytedecoCuda(settings.pooledBytes());
        TensorRtEngine engine = new TensorRtEngine(
                cuda,
                device -> BytedecoRuntime.open(cuda, device),
                new CachedOnnxPlans(new BytedecoPlanBuilder(cuda)),
                settings,
                BytedecoRuntime.loadedVersion());
        LOG.info(
                "TensorRT {} on {} GPUs, the first is {}",
                engine.version,
                engine.devices,
                engine.gpu(0).info().name());
        return engine;
    }

    @Override
    public String getEngineName() {
        return NAME;
    }

    @Override
    public int getRank() {
        return RANK;
    }

    /** The version of the loaded TensorRT. */
    @Override
    public String getVersion() {
        return version;
    }

    @Override
    public boolean hasCapability(String capability) {
        return StandardCapabilities.CUDA.equals(capability);
    }

    @Override
    public int getGpuCount() {
        return devices;
    }

    @Override
    public Device defaultDevice() {
        return Device.gpu(0);
    }

    /** An engine that can compute with arrays, such as PyTorch's, or null: TensorRT itself runs whole plans only. */
    @Override
    public synchronized @Nullable Engine getAlternativeEngine() {
        if (!alternativeSought) {
            alternativeSought = true;
            alternative = findAlternative();
        }
        return alternative;
    }

    @Override
    public Model newModel(String name, @Nullable Device device) {
        return new TensorRtModel(name, this, newBaseManager(device));
    }

    @Override
    public TensorRtNDManager newBaseManager() {
        return newBaseManager(null);
    }

    @Override
    public TensorRtNDManager newBaseManager(@Nullable Device device) {
        return system.newSubManager(device == null ? defaultDevice() : device);
    }

    /** What the arrays of this engine hold of a device. */
    public MemoryAccount memory(Device device) {
        return gpu(device).memory().account();
    }

    /**
     * Every piece of device memory that was not given back, largest first. With the system property
     * {@code io.insula.djl.tensorrt.leaks=true} each tells where it was taken.
     */
    public List<Holding> holdings(Device device) {
        return gpu(device).memory().holdings();
    }

    NDManager system() {
        return system;
    }

    OnnxPlans plans() {
        return plans;
    }

    /** The runtime of a device; it lives as long as the process. */
    PlanRuntime runtime(Gpu gpu) {
        return opened.computeIfAbsent(gpu.info().index(), runtimes::apply);
    }

    Gpu gpu(Device device) {
        if (!device.isGpu() || device.getDeviceId() < 0 || device.getDeviceId() >= devices) {
            throw new IllegalArgumentException("device: " + device + " (expected: gpu(0)"
                    + (devices > 1 ? "..gpu(" + (devices - 1) + ")" : "") + ")");
        }
        return gpu(device.getDeviceId());
    }

    private Gpu gpu(int index) {
        return gpus.computeIfAbsent(index, device -> new Gpu(cuda, device, settings));
    }

    private static @Nullable Engine findAlternative() {
        if (Boolean.getBoolean("io.insula.djl.tensorrt.disable_alternative")) {
            return null;
        }
        for (String name : Engine.getAllEngines()) {
            if (WITHOUT_OPERATIONS.contains(name)) {
                continue;
            }
            try {
                Engine engine = Engine.getEngine(name);
                // Engines of a rank like TensorRT's run models as well, and borrow their operations in turn.
                if (engine.getRank() < 10) {
                    return engine;
                }
            } catch (RuntimeException | LinkageError unusable) {
                LOG.warn("{} cannot be used for array operations: {}", name, unusable.getMessage());
            }
        }
        return null;
    }
}
