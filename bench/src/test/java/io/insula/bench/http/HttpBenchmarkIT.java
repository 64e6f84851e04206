package io.insula.bench.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.bench.ChildProcess;
import io.insula.store.postgres.Bootstrap;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our side and the load generator, as the benchmark runs them; the peer needs npm and is not tested here. */
class HttpBenchmarkIT {

    private static final String KEY = "Authorization: Bearer default\r\n";
    private static final String CHAT = "/v1/chat/completions";

    private static ChildProcess server;
    private static ChildProcess upstream;
    private static ChildProcess load;
    private static int port;
    private static int upstreamPort;

    @BeforeAll
    static void start() throws IOException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "http");
        server = ChildProcess.java(
                InsulaServer.class,
                folder,
                List.of(),
                folder.resolve("home").toString(),
                Path.of("..", "target", "postgres-binaries").toString());
        upstream = ChildProcess.java(MockUpstream.class, folder, List.of());
        load = ChildProcess.java(LoadGenerator.class, folder, List.of());
        port = server.port();
        upstreamPort = upstream.port();
        server.awaitListening(port);
    }

    @AfterAll
    static void stop() {
        load.close();
        upstream.close();
        server.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void everyAnswerOfOursAndOfTheMockIsTheScript(boolean stream) throws IOException {
        long before = server.cpuMicros();
        JsonObject ours = run(new LoadPlan(port, CHAT, KEY, Bootstrap.CONFIG_NAME, stream, 4, 1_500));
        JsonObject mock = run(new LoadPlan(upstreamPort, CHAT, "", "stub", stream, 4, 1_500));

        assertThat(ours.getString("failure")).isNull();
        assertThat(ours.getInteger("requests")).isPositive();
        assertThat(server.cpuMicros()).isGreaterThan(before);
        assertThat(mock.getString("failure")).isNull();
        assertThat(mock.getInteger("requests")).isPositive();
    }

    @Test
    void aWrongAnswerIsAFailureAndNotAFigure() throws IOException {
        assertThat(run(new LoadPlan(
                                port, CHAT, "Authorization: Bearer wrong\r\n", Bootstrap.CONFIG_NAME, true, 1, 10_000))
                        .getString("failure"))
                .contains("401");
        assertThat(run(new LoadPlan(port, "/v1/nothing", KEY, Bootstrap.CONFIG_NAME, false, 1, 10_000))
                        .getString("failure"))
                .contains("404");
    }

    private static JsonObject run(LoadPlan plan) throws IOException {
        return new JsonObject(load.ask(plan.toLine()));
    }
}
