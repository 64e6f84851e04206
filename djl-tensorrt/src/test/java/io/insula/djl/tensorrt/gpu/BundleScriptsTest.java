package io.insula.djl.tensorrt.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of the bundle of GPU tests, with a program in it that only tells how it was called. */
class BundleScriptsTest {

    private static final Path SCRIPTS = Path.of("src", "test", "bundle").toAbsolutePath();
    private static final int CONTENT_BYTES = 2_500_000;

    @TempDir
    Path folder;

    private Path content;
    private Path bundle;
    private Path host;

    private record Outcome(int exit, String output) {}

    @BeforeEach
    void pack() throws IOException, InterruptedException {
        content = folder.resolve("content");
        bundle = folder.resolve("bundle");
        host = folder.resolve("host");
        Path java = content.resolve("jre/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\necho \"ran with: $*\"\n");
        assertThat(java.toFile().setExecutable(true)).isTrue();
        byte[] noise = new byte[CONTENT_BYTES];
        new Random(1).nextBytes(noise);
        Files.createDirectories(content.resolve("lib"));
        Files.write(content.resolve("lib/noise"), noise);
        Files.createDirectories(host);
        assertThat(run(folder, "pack.sh", SCRIPTS, content.toString(), bundle.toString(), "1")
                        .exit())
                .isZero();
    }

    @Test
    void partsAreSmallAndJoinThemselves() throws IOException, InterruptedException {
        List<Path> parts = parts(bundle);
        assertThat(parts).hasSize(3);
        for (Path part : parts) {
            assertThat(Files.size(part)).isLessThanOrEqualTo(1 << 20);
        }
        Outcome outcome = run(bundle, "run.sh", bundle, ".*MemoryGpuIT");
        assertThat(outcome.output())
                .contains("io.insula.djl.tensorrt.gpu.GpuTests")
                .contains(".*MemoryGpuIT");
        assertThat(outcome.exit()).isZero();
        assertThat(Files.mismatch(bundle.resolve("content/lib/noise"), content.resolve("lib/noise")))
                .isEqualTo(-1);
    }

    @Test
    void theBenchmarkRunsWithItsOwnOptions() throws IOException, InterruptedException {
        Outcome without = run(bundle, "run.sh", bundle, "bench", "--quick", "--case", "a b");
        assertThat(without.output())
                .contains("io.insula.bench.gpu.GpuCommand --home ")
                .contains("results/gpu-bench.json --quick --case a b")
                .doesNotContain("--model")
                .doesNotContain("insula.gpu");
        assertThat(without.exit()).isZero();
    }

    @Test
    void aBundledModelIsGivenToTestsAndBenchmark() throws IOException, InterruptedException {
        Files.createDirectories(content.resolve("model"));
        Files.writeString(content.resolve("model/small model.gguf"), "weights");
        Files.writeString(content.resolve("model/reference"), "predictions");
        assertThat(run(folder, "pack.sh", SCRIPTS, content.toString(), bundle.toString(), "1")
                        .exit())
                .isZero();
        String model = "content/model/small model.gguf";
        assertThat(run(bundle, "run.sh", bundle).output())
                .contains("-Dinsula.gpu.model=" + bundle.resolve(model))
                .contains("-Dinsula.gpu.reference=" + bundle.resolve("content/model/reference"));
        assertThat(run(bundle, "run.sh", bundle, "bench").output()).contains("--model " + bundle.resolve(model));
    }

    @Test
    void aDamagedOrMissingPartIsNamed() throws IOException, InterruptedException {
        Path part = parts(bundle).get(1);
        try (RandomAccessFile file = new RandomAccessFile(part.toFile(), "rw")) {
            int first = file.read();
            file.seek(0);
            file.write(first ^ 1);
        }
        Outcome damaged = run(bundle, "run.sh", bundle);
        assertThat(damaged.exit()).isEqualTo(3);
        assertThat(damaged.output())
                .contains(part.getFileName().toString())
                .contains("copy them again")
                .doesNotContain("ran with");
        Files.delete(part);
        Outcome missing = run(bundle, "run.sh", bundle);
        assertThat(missing.exit()).isEqualTo(3);
        assertThat(missing.output()).contains(part.getFileName().toString());
    }

    @Test
    void uploadCopiesEachPartOnceAndRuns() throws IOException, InterruptedException {
        String copy = "echo copied {} && cp {} " + host + "/";
        Outcome first = run(bundle, "upload.sh", bundle, copy, "sh " + host + "/run.sh");
        assertThat(first.output()).contains("copied gpu-tests.part-aab").contains("ran with");
        assertThat(first.exit()).isZero();
        Outcome second = run(bundle, "upload.sh", bundle, copy);
        assertThat(second.output()).doesNotContain("copied");
    }

    @Test
    void anUploadThatFailsSaysWhichFileAndGoesOnThere() throws IOException, InterruptedException {
        String failing = "test {} != gpu-tests.part-aab && cp {} " + host + "/";
        Outcome failed = run(bundle, "upload.sh", bundle, failing, "echo started");
        assertThat(failed.exit()).isEqualTo(1);
        assertThat(failed.output())
                .contains("gpu-tests.part-aab could not be copied")
                .doesNotContain("started");
        assertThat(run(bundle, "upload.sh", bundle, "cp " + host).exit()).isEqualTo(2);
    }

    @Test
    void otherFilesAreNotOverwritten() throws IOException, InterruptedException {
        Path other = Files.writeString(host.resolve("thesis.txt"), "words");
        Outcome refused = run(folder, "pack.sh", SCRIPTS, content.toString(), host.toString(), "1");
        assertThat(refused.exit()).isEqualTo(2);
        assertThat(other).hasContent("words");
    }

    private static List<Path> parts(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("gpu-tests.part-"))
                    .sorted()
                    .toList();
        }
    }

    private Outcome run(Path where, String script, Path scripts, String... arguments)
            throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("sh", scripts.resolve(script).toString()));
        command.addAll(List.of(arguments));
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(where.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeAll(Set.of("GPU_TESTS_WORK", "GPU_TESTS_JAVA"));
        Process process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), Files.readString(output));
    }
}
