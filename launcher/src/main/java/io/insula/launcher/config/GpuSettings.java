package io.insula.launcher.config;

import io.insula.inference.graph.tensorrt.WeightForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads which devices engines run on, and how GPUs are used. */
final class GpuSettings {

    private static final String EVERY = "all";
    private static final String SOME = "all, or numbers from 0 on such as 0,1";
    private static final int MOST_DEVICES = 64;

    /** As people write the forms. */
    private enum Weights {
        PLAIN,
        FP8,
        INT4;

        WeightForm form() {
            return switch (this) {
                case PLAIN -> WeightForm.PLAIN;
                case FP8 -> WeightForm.FLOAT8;
                case INT4 -> WeightForm.INT4;
            };
        }
    }

    private GpuSettings() {}

    static GpuConfig gpu(Settings settings) {
        return new GpuConfig(
                settings.choice(
                        "engine.device",
                        EngineDevice.AUTO,
                        List.of(EngineDevice.values()),
                        "what base models compute on; auto: GPUs where there are any that can be used, else the CPU; gpu: a"
                                + " start without one fails and says why"),
                devices(settings.text(
                        "gpu.devices",
                        EVERY,
                        "the GPUs that are used, each by an inference node of its own in this process: all, or their"
                                + " numbers, 0,1 say")),
                settings.choice(
                                "gpu.weights",
                                Weights.PLAIN,
                                List.of(Weights.values()),
                                "how weights are kept on a GPU; plain: 16 bits, as bfloat16 or, before compute capability"
                                        + " 8.0, float16; fp8 (from 8.9 on) and int4 lose a little")
                        .form(),
                settings.size(
                        "gpu.kv-budget",
                        0,
                        0,
                        1L << 50,
                        "memory of a GPU that a model's key/value cache may reach; 0: what gpu.slots of"
                                + " engine.slot-tokens need, as far as it is free"),
                settings.integer(
                        "gpu.slots", 64, 1, 1024, "the most streams at once on a GPU, in place of engine.max-slots"),
                settings.integer(
                        "gpu.prefill-chunk",
                        512,
                        16,
                        8192,
                        "prompt tokens of one run on a GPU, in place of scheduler.prefill-chunk"));
    }

    private static List<Integer> devices(String text) {
        if (text.equals(EVERY)) {
            return List.of();
        }
        List<Integer> devices = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            String number = part.strip();
            if (!number.matches("\\d{1,2}")
                    || Integer.parseInt(number) >= MOST_DEVICES
                    || devices.contains(Integer.parseInt(number))) {
                throw new ConfigurationException(
                        String.format(Locale.ROOT, "gpu.devices: %s (expected: %s, each once)", text, SOME));
            }
            devices.add(Integer.parseInt(number));
        }
        return devices;
    }
}
