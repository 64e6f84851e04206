package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import io.insula.launcher.engine.FakeGpus;
import io.insula.launcher.engine.NoGpuException;
import io.insula.launcher.model.ModelAliases;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.ModelName;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code insula model build} with the starter model, on GPUs that are none. */
class PlanBuildingIT {

    private static final ModelName STARTER = new ModelName("smollm2-135m-instruct");

    @TempDir
    Path directory = Path.of("/");

    private final StringWriter listed = new StringWriter();
    private final ByteArrayOutputStream told = new ByteArrayOutputStream();

    private void build(FakeGpus gpus, ModelName model) {
        Progress progress = Progress.to(new PrintStream(told, true, StandardCharsets.UTF_8), false);
        InsulaConfig config = InsulaConfig.from(Settings.of(Map.of("engine.device", "cpu"), Map.of()));
        new PlanBuilding(Home.at(directory), config, gpus, progress, new PrintWriter(listed, true)).build(model);
    }

    @Test
    void saysWhatAModelTakesBuildsItsPlanOnceAndTellsHowFarItCame() {
        TestHomes.withStarterModel(directory);
        ModelName alias = new ModelName("small");
        new ModelAliases(directory).set(STARTER, alias, STARTER::equals);
        build(FakeGpus.of(2), alias);
        Path plan = directory.resolve("gpu/smollm2-135m-instruct.plan").toAbsolutePath();
        assertThat(listed.toString().lines())
                .containsExactly(
                        "smollm2-135m-instruct  GPU 0  " + plan + "  0.00 GiB",
                        "smollm2-135m-instruct  GPU 1  " + plan + "  0.00 GiB  (was there)");
        assertThat(told.toString(StandardCharsets.UTF_8).lines().toList())
                .hasSize(6)
                .startsWith(
                        "smollm2-135m-instruct on GPU 0 (Fake GPU): weights of at least 3.00 GiB, computed in bfloat16;"
                                + " keys and values of up to 1.00 GiB for 64 slots of 2048 tokens; 16.00 GiB are free."
                                + " The build itself holds the weights in this machine's memory, at least.",
                        "smollm2-135m-instruct: this may take minutes",
                        "smollm2-135m-instruct: 26 %, 0 min 0 s",
                        "smollm2-135m-instruct: 100 %, 0 min 0 s",
                        "smollm2-135m-instruct: ended after 0 min 0 s");
    }

    @Test
    void whatCannotBeBuiltIsSaidInOneSentence() {
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> build(FakeGpus.of(1), STARTER))
                .withMessage("model smollm2-135m-instruct is not here");
        TestHomes.withStarterModel(directory);
        assertThatExceptionOfType(NoGpuException.class)
                .isThrownBy(() -> build(FakeGpus.of(1).missing("the driver is missing"), STARTER))
                .withMessage("no GPU can be used: the driver is missing");
        FakeGpus refusing = FakeGpus.of(1);
        refusing.refuse("Error Code 10");
        assertThatExceptionOfType(ModelException.class)
                .isThrownBy(() -> build(refusing, STARTER))
                .withMessage("Error Code 10");
        assertThat(listed.toString()).isEmpty();
    }
}
