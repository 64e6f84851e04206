package io.insula.launcher.engine;

import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.engine.tensorrt.DeviceNeed;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.WeightForm;
import io.insula.launcher.failover.FaultyEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** GPUs that are none: the processors compute what they are asked for. */
public final class FakeGpus implements GpuEngines, GpuPlatform {

    private static final long BYTES = 16L << 30;

    /** What engines were opened with. */
    public final List<TensorRtConfig> opened = new CopyOnWriteArrayList<>();

    /** Engines that could not be opened. */
    public final AtomicInteger refusals = new AtomicInteger();

    public final List<PlanConfig> plans = new CopyOnWriteArrayList<>();
    private final List<DeviceInfo> devices;
    private final Map<Integer, String> faults = new ConcurrentHashMap<>();
    private final Map<Integer, CountDownLatch> hanging = new ConcurrentHashMap<>();
    private @Nullable String missing;
    private @Nullable String unusable;
    private @Nullable String refusal;

    private FakeGpus(List<DeviceInfo> devices) {
        this.devices = devices;
    }

    public static FakeGpus of(int count) {
        return new FakeGpus(
                IntStream.range(0, count).mapToObj(index -> device(index, 9, 0)).toList());
    }

    /** One that is as old as its compute capability. */
    static FakeGpus ofCapability(int major, int minor) {
        return new FakeGpus(List.of(device(0, major, minor)));
    }

    private static DeviceInfo device(int index, int major, int minor) {
        return new DeviceInfo(index, "Fake GPU", major, minor, 100, BYTES);
    }

    /** Libraries that are not there. */
    public FakeGpus missing(String sentence) {
        missing = sentence;
        return this;
    }

    /** Libraries that are there and cannot be used. */
    FakeGpus unusable(String sentence) {
        unusable = sentence;
        return this;
    }

    /** Lets every engine and plan be refused, of devices that do what they are asked. */
    public void refuse(@Nullable String why) {
        refusal = why;
    }

    /** Lets a device fail from now on; null: no longer. */
    public void breakDown(int device, @Nullable String fault) {
        if (fault == null) {
            faults.remove(device);
        } else {
            faults.put(device, fault);
        }
    }

    /** From now on no step of a device ends. */
    public void hang(int device) {
        hanging.put(device, new CountDownLatch(1));
    }

    /** Ends the steps that hang. */
    public void goOn() {
        hanging.values().forEach(CountDownLatch::countDown);
        hanging.clear();
    }

    private void await(int device) {
        CountDownLatch end = hanging.get(device);
        try {
            if (end != null) {
                end.await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Optional<String> missing() {
        return Optional.ofNullable(missing);
    }

    @Override
    public GpuEngines start() {
        if (missing != null) {
            throw new AssertionError("nothing is loaded where libraries are missing");
        }
        if (unusable != null) {
            throw new EngineException(unusable);
        }
        return this;
    }

    @Override
    public List<DeviceInfo> devices() {
        return devices;
    }

    @Override
    public long freeBytes(int device) {
        String fault = faults.get(device);
        if (fault != null) {
            throw new EngineException(fault);
        }
        return BYTES;
    }

    @Override
    public Optional<String> fault(int device) {
        return Optional.ofNullable(faults.get(device));
    }

    @Override
    public DeviceNeed need(DecoderDescription decoder, TensorRtConfig config, WeightForm weights) {
        return new DeviceNeed(devices.get(config.device()), ElementType.BFLOAT16, 3L << 30, 1L << 30, BYTES);
    }

    @Override
    public Path build(
            String name,
            DecoderDescription decoder,
            TensorRtConfig config,
            PlanConfig building,
            @Nullable Progress progress) {
        if (refusal != null) {
            throw new EngineException(refusal);
        }
        Path plan = building.folder().resolve(name + ".plan");
        try {
            if (Files.exists(plan)) {
                return plan;
            }
            Files.createDirectories(building.folder());
            if (progress != null) {
                progress.reset(name, 1000);
                progress.start(0);
                new ArrayList<>(List.of(10L, 260L, 270L, 1000L)).forEach(progress::update);
                progress.end();
            }
            return Files.write(plan, new byte[3 << 20]);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public DecoderEngine open(String name, DecoderDescription decoder, TensorRtConfig config, PlanConfig building) {
        String fault = faults.getOrDefault(config.device(), refusal);
        if (fault != null) {
            refusals.incrementAndGet();
            throw new EngineException(fault);
        }
        opened.add(config);
        plans.add(building);
        return new FaultyEngine(OnnxDecoderEngine.load(decoder, new EngineConfig(1, false, 64L << 20, 128, 2)), () -> {
            await(config.device());
            String late = faults.get(config.device());
            if (late != null) {
                throw new EngineException(late);
            }
        });
    }
}
