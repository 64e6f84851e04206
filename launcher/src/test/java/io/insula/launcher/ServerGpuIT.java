package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.djl.tensorrt.gpu.Figures;
import io.insula.inference.engine.tensorrt.TensorRtEngines;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole server on a GPU, as a user starts it: a model is added, its plan is built, and clients stream over HTTP.
 *
 * <p>The properties {@code insula.gpu.server} and {@code insula.gpu.model} name the folder of an installed program and a model's
 * file.
 */
class ServerGpuIT {

    private static final int SLOTS = 32;
    private static final int CLIENTS = 2 * SLOTS;
    private static final int TOKENS = 128;
    private static final int ALONE = 4;
    private static final Duration BUILD = Duration.ofMinutes(10);
    private static final Duration START = Duration.ofMinutes(2);
    private static final Map<String, String> SETTINGS =
            Map.of("INSULA_ENGINE_DEVICE", "gpu", "INSULA_GPU_SLOTS", Integer.toString(SLOTS));

    @TempDir
    Path directory = Path.of("/");

    @BeforeEach
    void needsAGpuAndAProgramAndAModel() {
        Optional<String> missing = TensorRtEngines.missing();
        assumeTrue(missing.isEmpty(), () -> "Not run on a GPU: " + missing.orElse(""));
        for (String name : new String[] {"insula.gpu.server", "insula.gpu.model"}) {
            assumeTrue(System.getProperty(name) != null, "The property " + name + " names no file.");
        }
    }

    @Test
    void answersStreamsOfMoreClientsThanItHasSlots() throws Exception {
        Path program = Path.of(System.getProperty("insula.gpu.server", ""));
        Path home = directory.resolve("home");
        String at = home.toString();
        String file = System.getProperty("insula.gpu.model", "");
        command(program, home, START, "model", "add", file, "--name", "given", "--home", at);
        long began = System.nanoTime();
        String built = command(program, home, BUILD, "model", "build", "given", "--home", at);
        Figures.note("model build", (System.nanoTime() - began) / 1e9, "s");
        assertThat(built).contains("given on GPU 0").contains("given  GPU 0  ");

        began = System.nanoTime();
        try (InsulaProcess insula = InsulaProcess.up(program, home, SETTINGS, START, "--model", "given")) {
            Figures.note("start with a plan to the first answer", (System.nanoTime() - began) / 1e9, "s");
            assertThat(insula.output()).contains("Engines run on GPU 0");
            ManyClients many = new ManyClients(new ChatClient(insula), CLIENTS, TOKENS);
            many.ask();
            ManyClients.Answers answers = many.ask();
            Figures.note(
                    CLIENTS + " clients on " + SLOTS + " slots, over HTTP",
                    answers.tokens() / (answers.took().toNanos() / 1e9),
                    "tokens/s");
            // With TensorRT rows may change bits, so that this is measured and not demanded.
            Figures.note(
                    "of " + ALONE + " answers, the same alone as beside others",
                    (double) IntStream.range(0, ALONE)
                            .filter(i ->
                                    many.stream(i).text().equals(answers.texts().get(i)))
                            .count(),
                    "answers");
            assertThat(decodedTokens(insula)).isGreaterThanOrEqualTo(answers.tokens());
            insula.process.destroy();
            assertThat(insula.awaitExit(Duration.ofMinutes(1)))
                    .as(insula.output())
                    .isEqualTo(143);
        }
    }

    private static String command(Path program, Path home, Duration limit, String... arguments) throws Exception {
        try (InsulaProcess run = InsulaProcess.run(program, home, SETTINGS, List.of(arguments))) {
            assertThat(run.awaitExit(limit)).as(run.output()).isZero();
            return run.output();
        }
    }

    private static double decodedTokens(InsulaProcess insula) throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(
                            HttpRequest.newBuilder(URI.create(insula.managementUrl() + "/metrics"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("insula_inference_decode_tokens_total{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
        }
    }
}
