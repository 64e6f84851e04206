package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user does to the program: Ctrl-C, kill -9, start again, two at once, wrong words. */
class StopAndStartIT {

    @TempDir
    Path directory;

    @Test
    void finishesARunningStreamAfterCtrlCAndThenStops() throws Exception {
        try (InsulaProcess insula = InsulaProcess.up(TestHomes.withStarterModel(directory.resolve("home")))) {
            var response =
                    new ChatClient(insula).open("Tell a long story.", Map.of("temperature", 0, "max_tokens", 120));
            byte[] head = response.body().readNBytes(200);

            insula.interrupt();

            ChatClient.Streamed rest = ChatClient.read(response.body());
            assertThat(new String(head, StandardCharsets.UTF_8)).contains("chat.completion.chunk");
            assertThat(rest.finishReason()).isIn("stop", "length");
            assertThat(rest.events()).last().isEqualTo("[DONE]");
            assertThat(insula.awaitExit(Duration.ofSeconds(30))).isEqualTo(130);
        }
    }

    @Test
    void stopsAtOnceInTheMiddleOfAStart() throws Exception {
        Path home = TestHomes.withStarterModel(directory.resolve("home"));
        try (InsulaProcess insula = InsulaProcess.run(
                home, List.of("up", "--home", home.toString(), "--port", "0", "--management-port", "0"))) {
            // From here on the engine computes its trial.
            insula.awaitLine("KV cache: ");

            insula.interrupt();

            assertThat(insula.awaitExit(Duration.ofSeconds(30)))
                    .as(insula.output())
                    .isEqualTo(130);
            assertThat(directory.resolve("crash.log")).doesNotExist();
            assertThat(insula.process.descendants()).isEmpty();
        }
    }

    @Test
    void startsAgainAfterKillOfEverythingWithoutAHand() throws Exception {
        Path home = TestHomes.withStarterModel(directory.resolve("home"));
        String model;
        try (InsulaProcess first = InsulaProcess.up(home)) {
            model = first.model();
            List<ProcessHandle> children = first.process.descendants().toList();
            assertThat(children).as("PostgreSQL's processes").isNotEmpty();
            first.process.destroyForcibly().waitFor();
            children.forEach(ProcessHandle::destroyForcibly);
        }

        long begin = System.nanoTime();
        try (InsulaProcess second = InsulaProcess.up(home)) {
            new ChatClient(second).stream("Hello", Map.of("max_tokens", 1));
            Duration took = Duration.ofNanos(System.nanoTime() - begin);

            assertThat(second.model()).as("the config is made once").isEqualTo(model);
            // The target is 10 s on a quiet machine; the bound leaves room for a busy one.
            assertThat(took).as("second start to first streamed token").isLessThan(Duration.ofSeconds(60));
        }
    }

    @Test
    void startsAgainWhenOnlyTheProgramWasKilledAndItsDatabaseStillRuns() throws Exception {
        Path home = TestHomes.withStarterModel(directory.resolve("home"));
        try (InsulaProcess first = InsulaProcess.up(home)) {
            first.process.destroyForcibly().waitFor();
        }

        try (InsulaProcess second = InsulaProcess.up(home)) {
            assertThat(new ChatClient(second).ask("Hello", Map.of("max_tokens", 3)))
                    .isNotEmpty();
        }
    }

    @Test
    void aSecondProgramOnTheSameHomeIsRefusedInOneSentence() throws Exception {
        Path home = TestHomes.withStarterModel(directory.resolve("home"));
        try (InsulaProcess first = InsulaProcess.up(home);
                InsulaProcess second =
                        InsulaProcess.run(home, List.of("up", "--home", home.toString(), "--port", "0"))) {
            assertThat(second.awaitExit(Duration.ofSeconds(30))).isNotZero();
            assertThat(second.output()).contains(home.toString()).doesNotContain("\tat ");
            assertThat(first.process.isAlive()).isTrue();
        }
    }

    @Test
    void aWrongSettingIsNamedAndNothingStarts() throws Exception {
        Path home = directory.resolve("home");
        try (InsulaProcess insula =
                InsulaProcess.run(home, List.of("up", "--home", home.toString(), "--port", "seventy"))) {
            assertThat(insula.awaitExit(Duration.ofSeconds(30))).isNotZero();
            assertThat(insula.output()).contains("port").contains("seventy").doesNotContain("\tat ");
        }
    }
}
