package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ModelException;
import ai.djl.ndarray.NDList;
import ai.djl.repository.zoo.ZooModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Plan files that were cut or damaged, each read in a process that may die of it. */
@NeedsGpu
class HostilePlansGpuIT {

    private static final int SEED = 81;
    private static final int LIMIT_SECONDS = 120;

    @TempDir
    Path folder;

    private record Outcome(int exit, List<String> lines) {}

    @Test
    void cutFilesAndOtherFilesAreRefusedWithTheReason() throws ModelException, IOException, InterruptedException {
        byte[] plan = plan();
        List<Path> files = new ArrayList<>();
        for (int size : new int[] {0, 1, 7, 64, 1000, plan.length / 2, plan.length - 1}) {
            files.add(write("cut-" + size, Arrays.copyOf(plan, Math.min(size, plan.length))));
        }
        byte[] noise = new byte[100_000];
        new Random(SEED).nextBytes(noise);
        files.add(write("noise", noise));
        Outcome outcome = read("engine", files);
        assertThat(outcome.lines()).hasSize(files.size());
        assertThat(outcome.lines())
                .allSatisfy(line -> assertThat(line)
                        .startsWith(PlanReader.REFUSED)
                        .hasSizeGreaterThan(PlanReader.REFUSED.length() + 20));
        assertThat(outcome.exit()).isZero();
    }

    @Test
    void damagedFilesNeverCrashWhatTensorRtSurvives() throws ModelException, IOException, InterruptedException {
        byte[] plan = plan();
        Random random = new Random(SEED);
        int refused = 0;
        int fatal = 0;
        int count = 8;
        for (int i = 0; i < count; i++) {
            byte[] damaged = plan.clone();
            int at = random.nextInt(damaged.length);
            damaged[at] ^= (byte) (1 + random.nextInt(255));
            List<Path> file = List.of(write("damaged-" + i, damaged));
            Outcome engine = read("engine", file);
            if (engine.exit() != 0) {
                fatal++;
                assertThat(read("direct", file).exit())
                        .as(
                                "exit of the bindings alone for a plan damaged at %d of %d, seed %d: %s",
                                at, damaged.length, SEED, engine.lines())
                        .isNotZero();
            } else if (engine.lines().getFirst().startsWith(PlanReader.REFUSED)) {
                refused++;
            }
        }
        Figures.note("plans with one damaged byte that were refused", refused, "of " + count);
        Figures.note("plans with one damaged byte that TensorRT itself died of", fatal, "of " + count);
    }

    private byte[] plan() throws ModelException, IOException {
        Path plans = folder.resolve("plans");
        Path file = ConvolutionModel.random(82).write(folder.resolve("net.onnx"), 1);
        try (ZooModel<NDList, NDList> model = Models.load(file, Map.of("planCache", plans.toString()))) {
            assertThat(model.getBlock().isInitialized()).isTrue();
        }
        return Files.readAllBytes(Models.onlyPlan(plans));
    }

    private Path write(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name + ".plan"), bytes);
    }

    private Outcome read(String how, List<Path> files) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                PlanReader.class.getName(),
                how));
        files.forEach(file -> command.add(file.toString()));
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        List<String> lines = Files.readAllLines(output).stream()
                .filter(line -> line.startsWith(PlanReader.REFUSED) || line.equals(PlanReader.READ))
                .toList();
        return new Outcome(process.exitValue(), lines);
    }
}
