package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.inference.graph.tensorrt.WeightForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratePeerTest {

    private static final List<GpuCase> CASES =
            GpuCase.all(BenchModel.known().subList(2, 3), List.of(WeightForm.PLAIN), List.of(1, 8), List.of(512))
                    .stream()
                    .filter(GeneratePeer::serves)
                    .toList();

    @TempDir
    Path folder = Path.of("/");

    private GeneratePeer.Told run(String python) throws IOException {
        GpuOptions options = GpuOptions.quick(folder, Duration.ofMinutes(1), python);
        return new GeneratePeer(python, folder, options).run(CASES, Duration.ofSeconds(20));
    }

    private String program(String text) throws IOException {
        Path program = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + text);
        assertThat(program.toFile().setExecutable(true)).isTrue();
        return program.toString();
    }

    @Test
    void readsTheRatesOfItsCases() throws IOException {
        GeneratePeer.Told told = run(program("""
                echo "$@" > %s/arguments
                echo "peer transformers 5 torch 3"
                echo "Compiling, says a library"
                echo "rate decode 1 512 100.5"
                echo "failed 8 512 out of memory"
                """.formatted(folder)));
        assertThat(told.peer()).isEqualTo("transformers 5 torch 3");
        assertThat(told.missing()).isEmpty();
        assertThat(told.rates()).hasSize(1).containsEntry(CASES.getFirst(), 100.5);
        assertThat(told.failures()).containsExactly("8 512 out of memory");
        assertThat(folder.resolve("arguments"))
                .content()
                .contains("family=qwen2 layers=28 hidden=3584 feed_forward=18944 heads=28 kv_heads=4 head_size=128")
                .contains("tied=false steps=30 rounds=3 cases=1:512,8:512");
    }

    @Test
    void aProgramThatFailsOrIsNotThereIsToldOf() throws IOException {
        assertThat(run(program("exit 9\n")).failures())
                .singleElement()
                .asString()
                .startsWith("it ended with 9");
        assertThat(run("/nowhere/python").missing()).contains("/nowhere/python");
    }

    /** With any Python: it says what is missing, or on a machine with a GPU and all of it measures. */
    @Test
    void theScriptItselfSaysWhatIsMissing() throws IOException {
        boolean python = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "python3")));
        assumeTrue(python, "There is no python3 on the path.");
        GeneratePeer.Told told = run("python3");
        assertThat(told.missing() + told.peer()).isNotEmpty();
        if (told.peer().isEmpty()) {
            assertThat(told.failures()).isEmpty();
            assertThat(told.missing()).containsAnyOf("torch", "transformers", "CUDA");
        }
    }
}
