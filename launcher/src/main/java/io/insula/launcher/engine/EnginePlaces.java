package io.insula.launcher.engine;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.KvType;
import io.insula.inference.graph.tensorrt.WeightForm;
import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.config.GpuConfig;
import io.insula.launcher.config.InsulaConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses where this process computes, as the settings ask and the machine allows, and says so in one line of the log.
 *
 * <p><b>Errors:</b> {@link NoGpuException} where GPUs are asked for and there is none; {@link ConfigurationException} for
 * settings that do not fit the GPUs that there are.
 */
public final class EnginePlaces {

    private static final Logger log = LoggerFactory.getLogger(EnginePlaces.class);
    private static final int FP8_CAPABILITY = 89;

    private final EngineConfig engine;
    private final GpuConfig gpu;
    private final Path folder;
    private final GpuPlatform platform;

    /**
     * @param folder of the GPUs' plans
     */
    public EnginePlaces(InsulaConfig config, Path folder, GpuPlatform platform) {
        this.engine = config.engine();
        this.gpu = config.gpu();
        this.folder = folder;
        this.platform = platform;
    }

    /**
     * One place for each inference node of this process.
     *
     * @param noneLeft called when every GPU is lost
     */
    public List<EnginePlace> choose(Runnable noneLeft) {
        return switch (gpu.device()) {
            case CPU -> processors("engine.device is cpu");
            case GPU -> List.copyOf(gpus(noneLeft));
            case AUTO ->
                engine.kvType() == KvType.FLOAT32
                        ? platform.missing()
                                .map(missing -> processors(withoutPlaces(missing)))
                                .orElseGet(() -> gpusIfUsable(noneLeft))
                        : processors(
                                "engine.kv-type is " + word(engine.kvType()) + ", which engines on GPUs do not have");
        };
    }

    /** The GPUs, whatever engine.device says. */
    public List<GpuPlace> gpus(Runnable noneLeft) {
        if (engine.kvType() != KvType.FLOAT32) {
            throw new ConfigurationException(
                    "engine.kv-type: " + word(engine.kvType()) + " (expected: float32 where engines run on a GPU)");
        }
        platform.missing().ifPresent(missing -> {
            throw new NoGpuException("no GPU can be used: " + missing);
        });
        try {
            return started(noneLeft);
        } catch (EngineException e) {
            throw new NoGpuException("no GPU can be used: " + e.getMessage());
        }
    }

    private List<EnginePlace> gpusIfUsable(Runnable noneLeft) {
        try {
            return List.copyOf(started(noneLeft));
        } catch (EngineException e) {
            log.warn("Engines run on the CPU, although there are libraries for GPUs: {}", e.getMessage());
            return List.of(new ProcessorPlace(engine));
        }
    }

    private List<EnginePlace> processors(String because) {
        log.info("Engines run on the CPU: {}", because);
        return List.of(new ProcessorPlace(engine));
    }

    private List<GpuPlace> started(Runnable noneLeft) {
        GpuEngines engines = platform.start();
        List<DeviceInfo> devices = usable(engines, chosen(engines.devices()));
        List<Integer> numbers = devices.stream().map(DeviceInfo::index).toList();
        LostGpus lost = new LostGpus(numbers, noneLeft);
        List<GpuPlace> places = new ArrayList<>();
        for (DeviceInfo device : devices) {
            requireType(device);
            places.add(new GpuPlace(engines, device, engine, gpu, folder, lost));
        }
        log.info(
                "Engines run on {}: engine.device is {}",
                devices.stream()
                        .map(device -> "GPU " + device.index() + " (" + device.name() + ")")
                        .collect(Collectors.joining(", ")),
                word(gpu.device()));
        return places;
    }

    private List<DeviceInfo> chosen(List<DeviceInfo> there) {
        if (there.isEmpty()) {
            throw new EngineException("the driver shows no NVIDIA GPU to this process");
        }
        List<Integer> numbers = there.stream().map(DeviceInfo::index).toList();
        for (int number : gpu.devices()) {
            if (!numbers.contains(number)) {
                throw new ConfigurationException("gpu.devices: " + number + " (expected: all, or some of "
                        + numbers.stream().map(String::valueOf).collect(Collectors.joining(",")) + ")");
            }
        }
        return gpu.devices().isEmpty()
                ? there
                : there.stream()
                        .filter(device -> gpu.devices().contains(device.index()))
                        .toList();
    }

    /** One that is broken, or that another process has for itself, is no reason to leave the others idle, unless it is named. */
    private List<DeviceInfo> usable(GpuEngines engines, List<DeviceInfo> devices) {
        if (!gpu.devices().isEmpty() || devices.size() == 1) {
            return devices;
        }
        List<DeviceInfo> usable = new ArrayList<>();
        String fault = "";
        for (DeviceInfo device : devices) {
            Optional<String> found = engines.fault(device.index());
            if (found.isEmpty()) {
                usable.add(device);
            } else {
                fault = found.get();
                log.warn("GPU {} ({}) is left out: {}", device.index(), device.name(), fault);
            }
        }
        if (usable.isEmpty()) {
            throw new EngineException("none of " + devices.size() + " GPUs does anything; the last one: " + fault);
        }
        return usable;
    }

    private void requireType(DeviceInfo device) {
        int capability = device.computeMajor() * 10 + device.computeMinor();
        if (gpu.weights() == WeightForm.FLOAT8 && capability < FP8_CAPABILITY) {
            throw new ConfigurationException("gpu.weights: fp8 (expected: plain or int4 on GPU " + device.index() + ", "
                    + device.name() + ", of compute capability " + device.computeMajor() + "." + device.computeMinor()
                    + "; fp8 needs 8.9)");
        }
    }

    /** A machine without GPUs is no news that needs the list of places that were searched. */
    private static String withoutPlaces(String sentence) {
        int places = sentence.indexOf(';');
        return places < 0 ? sentence : sentence.substring(0, places);
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(java.util.Locale.ROOT);
    }
}
