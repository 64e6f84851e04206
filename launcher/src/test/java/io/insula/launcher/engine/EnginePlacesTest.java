package io.insula.launcher.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.insula.inference.InferenceConfig;
import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnginePlacesTest {

    private static final String MISSING =
            "TensorRT cannot be used on this machine: missing are the driver; looked in /a, /b";

    private static List<String> labels(FakeGpus gpus, Map<String, String> settings) {
        return places(gpus, settings).stream().map(EnginePlace::label).toList();
    }

    private static List<EnginePlace> places(FakeGpus gpus, Map<String, String> settings) {
        InsulaConfig config = InsulaConfig.from(Settings.of(settings, Map.of()));
        return new EnginePlaces(config, Path.of("plans"), gpus).choose(() -> {});
    }

    private static Map<String, String> device(String value) {
        return Map.of("engine.device", value);
    }

    @Test
    void autoTakesEveryGpuThatThereIsAndElseTheCpu() {
        assertThat(labels(FakeGpus.of(1), Map.of())).containsExactly("gpu0");
        assertThat(labels(FakeGpus.of(3), device("auto"))).containsExactly("gpu0", "gpu1", "gpu2");
        assertThat(labels(FakeGpus.of(3).missing(MISSING), Map.of())).containsExactly("cpu");
        assertThat(labels(FakeGpus.of(3).unusable("the driver is too old"), Map.of()))
                .containsExactly("cpu");
        assertThat(labels(FakeGpus.of(0), Map.of())).containsExactly("cpu");
        assertThat(labels(FakeGpus.of(1), Map.of("engine.kv-type", "int8"))).containsExactly("cpu");
        assertThat(labels(FakeGpus.of(1), device("cpu"))).containsExactly("cpu");
    }

    @Test
    void gpuRefusesToStartWithoutOneAndSaysWhatIsMissing() {
        assertThat(labels(FakeGpus.of(2), device("gpu"))).containsExactly("gpu0", "gpu1");
        assertThatExceptionOfType(NoGpuException.class)
                .isThrownBy(() -> labels(FakeGpus.of(1).missing(MISSING), device("gpu")))
                .withMessage("no GPU can be used: " + MISSING);
        assertThatExceptionOfType(NoGpuException.class)
                .isThrownBy(() -> labels(FakeGpus.of(1).unusable("the driver is too old"), device("gpu")))
                .withMessage("no GPU can be used: the driver is too old");
        assertThatExceptionOfType(NoGpuException.class)
                .isThrownBy(() -> labels(FakeGpus.of(0), device("gpu")))
                .withMessage("no GPU can be used: the driver shows no NVIDIA GPU to this process");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> labels(FakeGpus.of(1), Map.of("engine.device", "gpu", "engine.kv-type", "int8")))
                .withMessage("engine.kv-type: int8 (expected: float32 where engines run on a GPU)");
    }

    @Test
    void aGpuThatDoesNothingIsLeftOutUnlessItIsNamed() {
        FakeGpus gpus = FakeGpus.of(3);
        gpus.breakDown(1, "busy or unavailable");
        assertThat(labels(gpus, Map.of())).containsExactly("gpu0", "gpu2");
        assertThat(labels(gpus, device("gpu"))).containsExactly("gpu0", "gpu2");
        gpus.breakDown(0, "busy or unavailable");
        gpus.breakDown(2, "no longer there");
        assertThat(labels(gpus, Map.of())).containsExactly("cpu");
        for (Map<String, String> settings :
                List.of(device("gpu"), Map.of("engine.device", "gpu", "gpu.devices", "2"))) {
            assertThatExceptionOfType(NoGpuException.class)
                    .isThrownBy(() -> labels(gpus, settings))
                    .withMessageStartingWith("no GPU can be used: ")
                    .withMessageEndingWith("no longer there");
        }
    }

    @Test
    void someOfTheGpusMayBeNamed() {
        assertThat(labels(FakeGpus.of(4), Map.of("gpu.devices", "3,1"))).containsExactly("gpu1", "gpu3");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> labels(FakeGpus.of(2), Map.of("gpu.devices", "0,2")))
                .withMessage("gpu.devices: 2 (expected: all, or some of 0,1)");
        for (String wrong : List.of("", "0,", "0,0", "-1", "one", "64", "ALL")) {
            assertThatExceptionOfType(ConfigurationException.class)
                    .isThrownBy(() -> labels(FakeGpus.of(2), Map.of("gpu.devices", wrong)))
                    .withMessage(
                            "gpu.devices: " + wrong + " (expected: all, or numbers from 0 on such as 0,1, each once)");
        }
    }

    @Test
    void weightsThatAGpuCannotReadAreRefused() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> labels(FakeGpus.ofCapability(8, 6), Map.of("gpu.weights", "fp8")))
                .withMessage("gpu.weights: fp8 (expected: plain or int4 on GPU 0, Fake GPU, of compute capability 8.6;"
                        + " fp8 needs 8.9)");
        assertThat(labels(FakeGpus.ofCapability(8, 9), Map.of("gpu.weights", "fp8")))
                .containsExactly("gpu0");
        assertThat(labels(FakeGpus.ofCapability(7, 5), Map.of("gpu.weights", "int4")))
                .containsExactly("gpu0");
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> labels(FakeGpus.of(1), Map.of("gpu.weights", "int8")))
                .withMessage("gpu.weights: int8 (expected: plain or fp8 or int4)");
    }

    @Test
    void aGpuHasSlotsOfItsOwnNumber() {
        Map<String, String> settings = Map.of("engine.max-slots", "3", "engine.slot-tokens", "700");
        GpuPlace usual = (GpuPlace) places(FakeGpus.of(1), settings).getFirst();
        assertThat(usual.config().maxSlots()).isEqualTo(64);
        assertThat(usual.config().slotTokens()).isEqualTo(700);
        GpuPlace more =
                (GpuPlace) places(FakeGpus.of(1), Map.of("gpu.slots", "128")).getFirst();
        assertThat(more.config().maxSlots()).isEqualTo(128);
    }

    @Test
    void aGpusMemoryIsTheBudgetOfItsModelsAndItsChunksAreLonger() {
        InferenceConfig given =
                InsulaConfig.from(Settings.of(Map.of(), Map.of())).inference();
        InferenceConfig onGpu = places(FakeGpus.of(1), Map.of()).getFirst().limits(given);
        assertThat(onGpu.pool().memoryBytes()).as("16 GiB but one").isEqualTo(15L << 30);
        assertThat(onGpu.pool().retryDelay()).isEqualTo(given.pool().retryDelay());
        assertThat(onGpu.scheduler()).isEqualTo(given.scheduler().withPrefillChunk(512));
        assertThat(places(FakeGpus.of(1), Map.of("gpu.prefill-chunk", "1024"))
                        .getFirst()
                        .limits(given)
                        .scheduler()
                        .prefillChunkTokens())
                .isEqualTo(1024);
        EnginePlace cpu = places(FakeGpus.of(0), Map.of()).getFirst();
        assertThat(cpu.limits(given)).isSameAs(given);
        assertThat(cpu.patience())
                .isLessThan(places(FakeGpus.of(1), Map.of()).getFirst().patience());
    }
}
