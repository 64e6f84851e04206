package io.insula.bench.cluster;

import io.insula.bench.BenchmarkException;
import io.insula.bench.ChildProcess;
import io.insula.launcher.Insula;
import io.insula.store.postgres.Bootstrap;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * One layout under test: paced engines and {@code insula serve --roles api}, each in a process of its own, on loopback.
 *
 * <p><b>Thread:</b> one.
 */
final class BenchCluster implements AutoCloseable {

    static final String NAME = "insula-bench";

    private final Path folder;
    private final List<ChildProcess> engines = new ArrayList<>();
    private final List<ChildProcess> nodes = new ArrayList<>();
    private final List<JsonObject> ready = new ArrayList<>();
    private String members = "";
    private int callerPort;

    private BenchCluster(Path folder) {
        this.folder = folder;
    }

    /**
     * What is started.
     *
     * @param engines paced inference nodes
     * @param nodes HTTP nodes
     * @param ticksPerTurn steps of {@link PacedEngine#TICK_MILLIS} between two deltas of a stream
     * @param tokensPerDelta 1 for one event a token
     */
    record Layout(int engines, int nodes, int ticksPerTurn, int tokensPerDelta) {

        double tokensPerSecond() {
            return tokensPerDelta * 1000.0 / (ticksPerTurn * PacedEngine.TICK_MILLIS);
        }
    }

    static BenchCluster start(Path folder, BenchDatabase database, Layout layout, List<String> serverOptions)
            throws IOException {
        BenchCluster cluster = new BenchCluster(folder);
        try {
            cluster.startAll(database, layout, serverOptions);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void startAll(BenchDatabase database, Layout layout, List<String> serverOptions) throws IOException {
        List<Integer> ports = freePorts(layout.engines() + layout.nodes() + 1);
        callerPort = ports.getLast();
        members = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        for (int i = 0; i < layout.engines(); i++) {
            ChildProcess engine = ChildProcess.java(
                    PacedEngine.class,
                    made(folder.resolve("engine-" + i)),
                    List.of(),
                    members,
                    Integer.toString(ports.get(i)),
                    Integer.toString(i),
                    Integer.toString(layout.ticksPerTurn()),
                    Integer.toString(layout.tokensPerDelta()));
            engines.add(engine);
            engine.port();
        }
        for (int i = 0; i < layout.nodes(); i++) {
            Path home = made(folder.resolve("api-" + i));
            Files.writeString(home.resolve("insula.properties"), settings(database));
            ChildProcess node = ChildProcess.java(
                    Insula.class,
                    home,
                    serverOptions,
                    "serve",
                    "--roles=api",
                    "--home=" + home,
                    "--port=0",
                    "--management-port=0",
                    "--model=" + PacedEngine.MODEL.value(),
                    "--cluster=" + members,
                    "--cluster-port=" + ports.get(layout.engines() + i));
            nodes.add(node);
            ready.add(readyLine(node));
        }
    }

    private static String settings(BenchDatabase database) {
        return """
                database.url = %s
                database.pepper-file = %s
                cluster.name = %s
                """.formatted(database.url(), database.pepper(), NAME);
    }

    private static JsonObject readyLine(ChildProcess node) {
        for (int lines = 0; lines < 50; lines++) {
            String line = node.line();
            try {
                JsonObject said = new JsonObject(line);
                if (said.containsKey("insula")) {
                    return said;
                }
            } catch (DecodeException notYet) {
                // Progress is told before.
            }
        }
        throw new BenchmarkException("An HTTP node did not say that it is ready.");
    }

    private static Path made(Path home) throws IOException {
        return Files.createDirectories(home).toAbsolutePath();
    }

    /** Two neighbouring ports each: of membership and of the bus. */
    private static List<Integer> freePorts(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                    ServerSocket second =
                            new ServerSocket(first.getLocalPort() + 1, 1, InetAddress.getLoopbackAddress())) {
                if (second.isBound()) {
                    ports.add(first.getLocalPort());
                }
            } catch (IOException | IllegalArgumentException taken) {
                // The neighbour is taken, or there is none: another pair will be free.
            }
        }
        return ports;
    }

    /** What a client is told: where, as whom and for what. */
    JsonObject target() {
        JsonArray urls = new JsonArray();
        ready.forEach(line -> urls.add(line.getString("base_url")));
        return new JsonObject()
                .put("urls", urls)
                .put("model", ready.getFirst().getString("config"))
                .put("key", Bootstrap.BUILT_IN_KEY);
    }

    /** Starts what asks the first engine over the bus. */
    ChildProcess caller() throws IOException {
        return ChildProcess.java(BusCaller.class, folder, List.of(), members, Integer.toString(callerPort), "0");
    }

    /** Processor time of all engines so far. */
    long engineMicros() throws IOException {
        return micros(engines);
    }

    /** Processor time of all HTTP nodes so far. */
    long nodeMicros() throws IOException {
        return micros(nodes);
    }

    /** Resident memory of all HTTP nodes. */
    long nodeBytes() throws IOException {
        long bytes = 0;
        for (ChildProcess node : nodes) {
            bytes += node.residentBytes();
        }
        return bytes;
    }

    private static long micros(List<ChildProcess> processes) throws IOException {
        long micros = 0;
        for (ChildProcess process : processes) {
            micros += process.cpuMicros();
        }
        return micros;
    }

    @Override
    public void close() {
        nodes.forEach(ChildProcess::terminate);
        engines.forEach(ChildProcess::close);
    }
}
