package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which engines of a process share threads; each count needs a process, because the first engine decides. */
class SharedThreadsIT {

    @ParameterizedTest
    @ValueSource(ints = {2, 16})
    void enginesShareThreadsUnlessTheirHeadsOrTheirWaitingForbidIt(int threads) throws Exception {
        assumeTrue(Files.isDirectory(Path.of("/proc/self/task")), "threads are counted in /proc");
        int own = threads - 1;
        int narrow = threads > 4 ? 3 : 0;

        assertThat(run(threads))
                .containsExactly(
                        "first: 0",
                        "second: 0",
                        "spinning: " + own,
                        "narrow: " + narrow,
                        "same bits beside another model: true",
                        "same bits alone: true",
                        "same bits of four heads: true");
    }

    private static List<String> run(int threads) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-XX:TieredStopAtLevel=1",
                SharedThreadsProcess.class.getName(),
                Integer.toString(threads));
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.redirectError(ProcessBuilder.Redirect.INHERIT);
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(out).isZero();
        return out.lines()
                .filter(line -> line.matches("[a-z ]+: (\\d+|true|false)"))
                .toList();
    }
}
