package io.insula.djl.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In a JVM of its own, because what is loaded once cannot be looked at again. */
class WithoutGpuTest {

    private static List<String> lines = List.of();
    private static String errors = "";

    @BeforeAll
    static void run(@TempDir Path folder) throws IOException, InterruptedException {
        assumeFalse(
                NativeLibraries.missing().isEmpty(),
                "this machine has TensorRT, so it cannot show what happens without");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + folder,
                        "-DDJL_CACHE_DIR=" + folder,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        WithoutGpu.class.getName())
                .redirectError(err.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        errors = java.nio.file.Files.readString(err, StandardCharsets.UTF_8);
        lines = java.nio.file.Files.readAllLines(folder.resolve("out"), StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(errors).isZero();
    }

    @Test
    void listsTheEngineWithoutChoosingIt() {
        assertThat(lines).contains("default: OnnxRuntime");
        assertThat(lines.getFirst()).startsWith("engines: ").contains("OnnxRuntime", "TensorRT");
    }

    @Test
    void leavesOtherEnginesAlone() {
        assertThat(lines).contains("sum: 2.0");
        assertThat(errors).doesNotContain("TensorRT", "bytedeco", "libcuda");
    }

    @Test
    void saysInOneSentenceWhatIsMissingWheneverItIsAsked() {
        List<String> answers =
                lines.stream().filter(line -> line.startsWith("asked: ")).toList();
        assertThat(answers)
                .hasSize(2)
                .allSatisfy(answer -> assertThat(answer)
                        .startsWith("asked: TensorRtException TensorRT cannot be used on this machine: missing are")
                        .contains("libcuda.so.1", "libnvinfer.so.10", "/usr/lib/x86_64-linux-gnu"));
        assertThat(answers.get(0)).isEqualTo(answers.get(1));
    }
}
