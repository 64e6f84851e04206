package io.insula.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The short form: a cluster of real processes loses an engine to kill -9, and an engine that fails; nobody notices. */
class ChaosIT {

    private final StringWriter said = new StringWriter();

    private int run(String... arguments) {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "connection");
        CommandLine line = Chaos.commandLine();
        line.setOut(new PrintWriter(said, true)).setErr(new PrintWriter(said, true));
        return line.execute(arguments);
    }

    @Test
    void streamsSurviveTheirEngineTokenForToken() {
        int exit = run(
                "--scenario=kill-engine,engine-throws",
                "--streams=8",
                "--duration=1",
                "--patience=4",
                "--pace=10",
                "--binaries=" + Path.of("..", "target", "postgres-binaries"),
                "--folder=" + Path.of("target", "chaos"));

        assertThat(exit).as(said.toString()).isZero();
        List<String> lines = said.toString().strip().lines().toList();
        assertThat(lines.getLast())
                .matches("chaos model=tiny streams=8 seed=1 scenarios=2 asked=[0-9]+ moved=[1-9][0-9]* .* result=good");
    }

    @Test
    void whatIsNotKnownIsRefusedByName() {
        assertThat(run("--scenario=earthquake")).isEqualTo(2);
        assertThat(said.toString()).contains("--scenario: earthquake (expected: calm, kill-engine");
        assertThat(run("--model=huge")).isEqualTo(2);
        assertThat(said.toString()).contains("--model: huge (expected: tiny or real)");
        assertThat(run("--duration=0")).isEqualTo(2);
        assertThat(said.toString()).contains("--duration: 0 (expected: 1..600)");
    }
}
