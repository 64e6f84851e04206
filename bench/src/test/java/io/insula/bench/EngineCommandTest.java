package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.bench.EngineBenchmarkOptions.DecodeCase;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class EngineCommandTest {

    private static final Path MODEL = Path.of("model.gguf");

    @Test
    void measuresEveryCaseUnlessAskedToBeQuick() {
        EngineBenchmarkOptions full = options("--threads", "2", "--home", "/there");
        assertThat(full.folder()).isEqualTo(Path.of("/there/bench"));
        assertThat(full.threads()).isEqualTo(2);
        assertThat(full.prefillTokens()).isEqualTo(512);
        assertThat(full.decodes())
                .containsExactly(
                        new DecodeCase(128, 1),
                        new DecodeCase(128, 4),
                        new DecodeCase(128, 8),
                        new DecodeCase(128, 16),
                        new DecodeCase(512, 1),
                        new DecodeCase(512, 8));
        EngineBenchmarkOptions quick = options("--quick");
        assertThat(quick.decodes()).containsExactly(new DecodeCase(128, 1), new DecodeCase(128, 8));
        assertThat(quick.slots()).isEqualTo(8);
    }

    @Test
    void aSlotHoldsTheLongestContextAndEveryStepAfterIt() {
        EngineBenchmarkOptions full = options();
        assertThat(full.slots()).isEqualTo(16);
        assertThat(full.slotTokens())
                .as("the longest prompt that is served, and its answer")
                .isEqualTo(1_548);
        assertThat(options("--quick").slotTokens())
                .as("the prefill and the perplexity window")
                .isEqualTo(512);
    }

    @Test
    void refusesNothingToMeasure() {
        assertThatThrownBy(() -> new EngineBenchmarkOptions(MODEL, MODEL, 2, List.of(), 512, 8, 7, 4, List.of(), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 decode cases");
        assertThatThrownBy(() -> options("--threads", "0")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tellsItsOptions() {
        StringWriter out = new StringWriter();
        int status = Bench.commandLine().setOut(new PrintWriter(out, true)).execute("engine", "--help");
        assertThat(status).isZero();
        assertThat(out.toString()).contains("--quick", "--json", "--threads", "--model", "--home");
    }

    private static EngineBenchmarkOptions options(String... arguments) {
        EngineCommand command = new EngineCommand();
        new CommandLine(command).parseArgs(arguments);
        return command.options(MODEL);
    }
}
