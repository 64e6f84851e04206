package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.bench.BenchmarkException;
import io.insula.djl.tensorrt.nvinfer.NativeLibraries;
import io.insula.inference.graph.tensorrt.Dialect;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GpuCommandTest {

    @TempDir
    Path home = Path.of("/");

    private GpuCommand parsed(String... arguments) {
        GpuCommand command = new GpuCommand();
        CommandLine line = new CommandLine(command).setCaseInsensitiveEnumValuesAllowed(true);
        line.parseArgs(arguments);
        return command;
    }

    @Test
    void measuresAllShapesUnlessAskedToBeQuick() {
        GpuCommand all = parsed("--home", home.toString());
        assertThat(all.cases()).hasSize(4 * 2 * 3 * 5);
        assertThat(all.options().limit()).isGreaterThan(Duration.ofDays(1));
        GpuCommand quick = parsed("--home", home.toString(), "--quick");
        assertThat(quick.cases())
                .hasSize(2 * 5)
                .allSatisfy(each -> assertThat(each.name()).startsWith("llama-3.2-1b/bf16/"));
        assertThat(quick.options().limit()).isEqualTo(Duration.ofMinutes(8));
        assertThat(quick.options().decoded()).isEqualTo(33);
    }

    @Test
    void casesAreChosenByTheirNames() {
        assertThat(parsed("--home", home.toString(), "--case", "qwen.*/fp8/decode/(8|64)/2048").cases().stream()
                        .map(GpuCase::name))
                .containsExactly("qwen2.5-7b/fp8/decode/8/2048", "qwen2.5-7b/fp8/decode/64/2048");
        GpuCommand some = parsed("--home", home.toString(), "--shapes", "smollm2-1.7b", "--weights", "int4");
        assertThat(some.cases())
                .hasSize(15)
                .allSatisfy(each -> assertThat(each.name()).startsWith("smollm2-1.7b/int4/"));
    }

    @Test
    void whatIsNoneOfThemIsRefused() {
        assertThatThrownBy(
                        () -> parsed("--home", home.toString(), "--case", "gpt").cases())
                .isInstanceOf(BenchmarkException.class)
                .hasMessageStartingWith(
                        "--case: gpt (expected: what is found in one of llama-3.2-1b/bf16/prefill/1/512, ");
        assertThatThrownBy(
                        () -> parsed("--home", home.toString(), "--case", "(").cases())
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("(expected: a regular expression");
        assertThatThrownBy(() ->
                        parsed("--home", home.toString(), "--weights", "fp4").cases())
                .hasMessage("--weights: fp4 (expected: bf16, fp8 or int4)");
        assertThatThrownBy(() ->
                        parsed("--home", home.toString(), "--shapes", "gpt").cases())
                .hasMessageStartingWith("--shapes: gpt (expected: none, or some of [llama-3.2-1b, ");
        assertThatThrownBy(() ->
                        parsed("--home", home.toString(), "--batches", "0").cases())
                .hasMessageStartingWith("--batches, --contexts: ");
        assertThatThrownBy(() -> parsed("--minutes", "0").options()).hasMessage("--minutes: 0 (expected: at least 1)");
        assertThatThrownBy(() -> parsed("--home", home.toString(), "--model", "/nowhere/model.gguf")
                        .cases())
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("model.gguf");
    }

    @Test
    void networksAreTheServersUnlessOthersAreAskedFor() {
        assertThat(parsed().options().dialect()).isEqualTo(Dialect.PORTABLE);
        assertThat(parsed("--dialect", "layers", "--quick").options().dialect()).isEqualTo(Dialect.LAYERS);
        StringWriter errors = new StringWriter();
        assertThat(GpuCommand.commandLine()
                        .setErr(new PrintWriter(errors, true))
                        .execute("--dialect", "fast", "--list"))
                .isEqualTo(2);
        assertThat(errors.toString()).contains("--dialect", "fast", "PORTABLE", "LAYERS");
    }

    @Test
    void listsWhatAStepMustMoveWithoutAGpu() {
        StringWriter out = new StringWriter();
        int status = GpuCommand.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute("--home", home.toString(), "--list", "--case", "8b/bf16/decode/1/512$");
        assertThat(status).isZero();
        // 15.01 GB of weights, and 462.5 tokens of 128 KiB.
        assertThat(out.toString().strip()).matches("llama-3.1-8b/bf16/decode/1/512 +15\\.07. GB");
    }

    @Test
    void aMachineWithoutAGpuIsToldSoInOneSentence() {
        NativeLibraries.missing().ifPresent(sentence -> {
            StringWriter errors = new StringWriter();
            int status = GpuCommand.commandLine()
                    .setErr(new PrintWriter(errors, true))
                    .execute("--home", home.toString(), "--quick");
            assertThat(status).isEqualTo(1);
            assertThat(errors.toString().strip()).isEqualTo("There is nothing to measure on: " + sentence);
        });
    }
}
