package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.insula.postgres.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes with one role each, in processes of their own, as a user starts them; and those that refuse to start. */
class ServeIT {

    private static final Path BINARIES = Path.of("..", "target", "postgres-binaries");
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final String READY = "{\"insula\":\"ready\"";

    @TempDir
    Path directory;

    @Test
    void twoNodesServeTogetherAndTheClusterIsShown() throws Exception {
        Path home = TestHomes.withStarterModel(directory.resolve("home"));
        List<Integer> ports = freePorts(4);
        String members = "127.0.0.1:" + ports.get(0) + ",127.0.0.1:" + ports.get(1);
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(directory.resolve("elsewhere"), BINARIES)) {
            String url = "postgresql://" + postgres.user() + ":" + postgres.password() + "@" + postgres.host() + ":"
                    + postgres.port() + "/" + postgres.database();
            try (InsulaProcess inference = serve(home, "inference", members, ports.get(0));
                    InsulaProcess api = serve(home, "api", members, ports.get(1), "--database-url", url)) {
                inference.awaitLine(READY);
                api.awaitLine(READY);
                JsonNode ready = readyLine(api);
                ChatClient client = new ChatClient(
                        ready.get("base_url").asText(),
                        ready.get("new_key").asText(),
                        ready.get("config").asText());

                awaitTable(home, ready, table -> table.contains("smollm2-135m-instruct"));
                assertThat(client.ask("What is the capital of France?", Map.of("temperature", 0, "max_tokens", 20)))
                        .contains("Paris");
                assertThat(warnings(api)).isEmpty();
                assertThat(warnings(inference)).isEmpty();

                refusesAnotherSecret(members, ports.get(2), url);
                inference.process.destroyForcibly().waitFor();
                awaitTable(home, ready, table -> !table.contains("inference"));
                api.process.destroy();
                assertThat(api.awaitExit(LIMIT)).isEqualTo(143);
            }
        }
    }

    /** All but those of heartbeats, which tell of a busy machine. */
    private static List<String> warnings(InsulaProcess node) {
        return node.output()
                .lines()
                .filter(line -> line.matches("(?i).*\\b(WARN|WARNING|ERROR)\\b.*"))
                .filter(line -> !line.contains("ClusterHeartbeatManager"))
                .toList();
    }

    private void refusesAnotherSecret(String members, int port, String url) throws Exception {
        Path other = Files.createDirectories(directory.resolve("other"));
        try (InsulaProcess stranger = serve(other, "api", members, port, "--database-url", url)) {
            assertThat(stranger.awaitExit(LIMIT)).isEqualTo(1);
            assertThat(stranger.output())
                    .contains("database.pepper-file: node node-")
                    .contains("another secret")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void refusesWhatCannotWork() throws Exception {
        assertRefused("--cluster is missing", "--roles", "api", "--database-url", "postgresql://u:p@127.0.0.1:1/d");
        assertRefused("--cluster is missing", "--roles", "inference");
        assertRefused("--database-url is missing", "--cluster", "127.0.0.1:5701");
        assertRefused("cluster.members: '127.0.0.1:x'", "--roles", "inference", "--cluster", "127.0.0.1:x");
        assertRefused("cluster.interface is missing", "--roles", "inference", "--cluster", "dns:nodes.invalid");
    }

    private void assertRefused(String sentence, String... options) throws Exception {
        Path home = directory.resolve("refused");
        if (!Files.exists(home)) {
            TestHomes.withStarterModel(home);
        }
        List<String> arguments = new ArrayList<>(List.of("serve", "--home", home.toString()));
        arguments.addAll(List.of(options));
        try (InsulaProcess insula = InsulaProcess.run(home, arguments)) {
            assertThat(insula.awaitExit(LIMIT)).as(insula.output()).isNotZero();
            assertThat(insula.output()).contains(sentence).doesNotContain("\tat ");
        }
    }

    private static InsulaProcess serve(Path home, String roles, String members, int port, String... options) {
        List<String> arguments = new ArrayList<>(List.of(
                "serve",
                "--home",
                home.toString(),
                "--port",
                "0",
                "--management-port",
                "0",
                "--roles",
                roles,
                "--cluster",
                members,
                "--cluster-port",
                Integer.toString(port)));
        arguments.addAll(List.of(options));
        return InsulaProcess.run(home, arguments);
    }

    private static JsonNode readyLine(InsulaProcess node) throws IOException {
        String line = node.output()
                .lines()
                .filter(text -> text.startsWith(READY))
                .findFirst()
                .orElseThrow();
        return new ObjectMapper().readTree(line);
    }

    private static void awaitTable(Path home, JsonNode ready, java.util.function.Predicate<String> shown)
            throws Exception {
        long end = System.nanoTime() + LIMIT.toNanos();
        String table = "";
        while (!shown.test(table)) {
            assertThat(System.nanoTime() - end).as(table).isNegative();
            LockSupport.parkNanos(Duration.ofMillis(200).toNanos());
            try (InsulaProcess cluster = InsulaProcess.run(
                    home,
                    List.of(
                            "cluster",
                            "--home",
                            home.toString(),
                            "--url",
                            ready.get("api").asText()))) {
                assertThat(cluster.awaitExit(LIMIT)).as(cluster.output()).isZero();
                table = cluster.output();
            }
        }
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            // The event bus takes the port above.
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket next =
                            new ServerSocket(socket.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
                ports.add(next.getLocalPort() - 1);
            } catch (IOException taken) {
                // Another pair, then.
            }
        }
        return ports;
    }
}
