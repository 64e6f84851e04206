package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContestProcessIT {

    @TempDir
    Path home;

    @Test
    void aProcessThatFailsIsOneSentence() throws Exception {
        // A folder without the libraries: llama.cpp is not fetched again, and not found.
        Files.createDirectories(home.resolve("bench/node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"));
        List<String> arguments = List.of("engine", "--only", "Q4_0", "--home", home.toString(), "--model", "none.gguf");
        ContestProcess process = new ContestProcess("Q4_0", home, arguments);
        assertThatThrownBy(process::run)
                .isInstanceOf(BenchmarkException.class)
                .hasMessageStartingWith("Q4_0: ")
                .hasMessageContaining("llama")
                .hasMessageContaining("all it said is in");
    }
}
