package io.insula.bench.cluster;

import io.insula.bench.BenchmarkException;
import io.insula.bench.ChildProcess;
import io.insula.bench.cluster.BenchCluster.Layout;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Measures layouts of real HTTP nodes and paced engines: tokens/s, processor time a token on each side of the bus, memory
 * a held stream, and the time to the first token.
 *
 * <p>Processor time is read from the kernel for each process; the client is a process of its own and not counted. Its
 * streams are checked to be whole.
 *
 * <p><b>Thread:</b> one, which waits.
 */
final class ClusterBenchmark {

    private static final List<Layout> LAYOUTS = List.of(
            new Layout(1, 1, 1, 1),
            new Layout(2, 1, 1, 1),
            new Layout(4, 1, 1, 1),
            new Layout(1, 2, 1, 1),
            new Layout(2, 2, 1, 1),
            new Layout(4, 2, 1, 1),
            new Layout(1, 1, 4, 4));

    /** One delta a second for each stream. */
    private static final int TICKS_OF_A_SECOND = 1000 / PacedEngine.TICK_MILLIS;

    private static final int BUSY_STREAMS = 400;

    /** Until compiled code no longer changes much. */
    private static final int WARM_UP_WINDOWS = 3;

    private static final int FIRST_TOKENS = 300;

    /** What can be measured for itself. */
    enum Case {
        /** The time that the bus adds to the first token. */
        BUS,
        /** Tokens/s and processor time a token, for each layout. */
        BUSY,
        /** The memory of streams that are open and say little. */
        HELD
    }

    private final Path folder;
    private final Set<Case> cases;
    private final boolean quick;
    private final int held;
    private final List<String> serverOptions;
    private final PrintWriter out;
    private final List<JsonObject> figures = new ArrayList<>();

    ClusterBenchmark(
            Path folder, Set<Case> cases, boolean quick, int held, List<String> serverOptions, PrintWriter out) {
        this.folder = folder;
        this.cases = Set.copyOf(cases);
        this.quick = quick;
        this.held = held;
        this.serverOptions = serverOptions;
        this.out = out;
    }

    List<JsonObject> run() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        out.printf(
                Locale.ROOT,
                "%d processors, load average %.1f at start, Java %s; event bus in clear, on loopback%n",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.version());
        try (BenchDatabase database = BenchDatabase.start(folder)) {
            if (cases.contains(Case.BUS)) {
                bus(database);
            }
            if (cases.contains(Case.BUSY)) {
                for (Layout layout : quick ? LAYOUTS.subList(0, 1) : LAYOUTS) {
                    busy(database, layout);
                }
            }
            if (cases.contains(Case.HELD)) {
                held(database);
            }
        }
        return figures;
    }

    private void busy(BenchDatabase database, Layout layout) throws IOException, InterruptedException {
        Duration window = Duration.ofSeconds(quick ? 4 : 10);
        int tokens = (int) (layout.tokensPerSecond() * (window.toSeconds() * (WARM_UP_WINDOWS + 1) + 20));
        try (BenchCluster cluster = BenchCluster.start(folder, database, layout, serverOptions);
                ChildProcess client = client()) {
            first(cluster, client, layout);
            double idle = idle(cluster, window);
            open(client, cluster, BUSY_STREAMS, tokens, layout.tokensPerDelta());
            Thread.sleep(window.multipliedBy(WARM_UP_WINDOWS));
            JsonObject figure = measure(cluster, client, window).put("case", name("busy", layout));
            figure.put("idle_micros_per_event", idle / figure.getDouble("events_per_second"));
            show(figure.put("streams", BUSY_STREAMS));
            awaitWhole(client, Duration.ofSeconds(window.toSeconds() * (WARM_UP_WINDOWS + 1) + 60));
        }
    }

    /** What the processes use without a stream, in microseconds of a processor each second. */
    private static double idle(BenchCluster cluster, Duration window) throws IOException, InterruptedException {
        long before = cluster.engineMicros() + cluster.nodeMicros();
        Thread.sleep(window);
        return (cluster.engineMicros() + cluster.nodeMicros() - before) / (double) window.toSeconds();
    }

    /** How long the first frames take over a local and over a clustered bus. */
    private void bus(BenchDatabase database) throws IOException {
        try (BenchCluster cluster = BenchCluster.start(folder, database, new Layout(1, 0, 1, 1), serverOptions);
                ChildProcess caller = cluster.caller()) {
            JsonObject nanos = new JsonObject(caller.line());
            showTimes("bus alone, one process", nanos.getJsonArray("local"));
            showTimes("bus alone, two processes", nanos.getJsonArray("clustered"));
        }
    }

    /** How long one asks for one token, one after another, of engines that answer at once. */
    private void first(BenchCluster cluster, ChildProcess client, Layout layout) throws IOException {
        JsonObject command = cluster.target().put("first", FIRST_TOKENS);
        ask(client, command);
        showTimes(name("first token", layout), ask(client, command).getJsonArray("nanos"));
    }

    private void showTimes(String name, JsonArray measured) {
        List<Long> nanos = measured.stream()
                .map(value -> ((Number) value).longValue())
                .sorted()
                .toList();
        JsonObject figure = new JsonObject()
                .put("case", name)
                .put("p50_micros", nanos.get(nanos.size() / 2) / 1000)
                .put("p99_micros", nanos.get(nanos.size() * 99 / 100) / 1000);
        figures.add(figure);
        out.printf(
                Locale.ROOT,
                "%-42s p50 %d us, p99 %d us%n",
                name,
                figure.getLong("p50_micros"),
                figure.getLong("p99_micros"));
        out.flush();
    }

    private void held(BenchDatabase database) throws IOException, InterruptedException {
        Duration window = Duration.ofSeconds(quick ? 5 : 20);
        Layout layout = new Layout(1, 1, TICKS_OF_A_SECOND, 1);
        List<String> options = new ArrayList<>(serverOptions);
        options.add("-Xmx640m");
        try (BenchCluster cluster = BenchCluster.start(folder, database, layout, options);
                ChildProcess client = client()) {
            open(client, cluster, 50, 3, 1);
            awaitWhole(client, Duration.ofSeconds(60));
            double idle = idle(cluster, window);
            long before = cluster.nodeBytes();
            int seconds = (int) window.toSeconds() * 2 + 60 + held / 200;
            open(client, cluster, held, seconds, 1);
            Thread.sleep(window);
            JsonObject figure = measure(cluster, client, window).put("case", name("held", layout));
            long after = cluster.nodeBytes();
            figure.put("streams", held)
                    .put("idle_micros_per_event", idle / figure.getDouble("events_per_second"))
                    .put("resident_mib", after >> 20)
                    .put("kib_per_stream", (after - before) / 1024.0 / held);
            show(figure);
            out.printf(
                    Locale.ROOT,
                    "%-42s %d streams in %d MiB resident, %.1f KiB a stream%n",
                    "",
                    held,
                    after >> 20,
                    figure.getDouble("kib_per_stream"));
            awaitWhole(client, Duration.ofSeconds(seconds + 60L));
        }
    }

    private JsonObject measure(BenchCluster cluster, ChildProcess client, Duration window)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        long events = events(client);
        long engineMicros = cluster.engineMicros();
        long nodeMicros = cluster.nodeMicros();
        Thread.sleep(window);
        long counted = events(client) - events;
        double seconds = (System.nanoTime() - begin) / 1e9;
        if (counted == 0) {
            throw new BenchmarkException("No event came in " + seconds + " s.");
        }
        return new JsonObject()
                .put("events_per_second", counted / seconds)
                .put("engine_micros_per_event", (cluster.engineMicros() - engineMicros) / (double) counted)
                .put("node_micros_per_event", (cluster.nodeMicros() - nodeMicros) / (double) counted);
    }

    private void show(JsonObject figure) {
        figures.add(figure);
        out.printf(
                Locale.ROOT,
                "%-42s %8.0f events/s; CPU us an event: engines %.1f, HTTP nodes %.1f (of both, idle %.1f)%n",
                figure.getString("case"),
                figure.getDouble("events_per_second"),
                figure.getDouble("engine_micros_per_event"),
                figure.getDouble("node_micros_per_event"),
                figure.getDouble("idle_micros_per_event"));
        out.flush();
    }

    private static String name(String what, Layout layout) {
        return what + ", " + layout.engines() + " inference, " + layout.nodes() + " HTTP"
                + (layout.tokensPerDelta() == 1 ? "" : ", " + layout.tokensPerDelta() + " tokens an event");
    }

    private ChildProcess client() throws IOException {
        return ChildProcess.java(HeldStreams.class, folder, List.of("-Xmx2g"));
    }

    private static void open(ChildProcess client, BenchCluster cluster, int streams, int tokens, int perEvent)
            throws IOException {
        ask(client, cluster.target().put("open", streams).put("tokens", tokens).put("per_event", perEvent));
    }

    private static long events(ChildProcess client) throws IOException {
        return ask(client, new JsonObject().put("count", true)).getLong("events");
    }

    private static void awaitWhole(ChildProcess client, Duration patience) throws IOException {
        JsonObject ended = ask(client, new JsonObject().put("await", patience.toMillis()));
        if (!ended.getInteger("whole").equals(ended.getInteger("streams"))) {
            throw new BenchmarkException("Of " + ended.getInteger("streams") + " streams only "
                    + ended.getInteger("whole") + " came whole.");
        }
    }

    private static JsonObject ask(ChildProcess client, JsonObject command) throws IOException {
        JsonObject answer = new JsonObject(client.ask(command.encode()));
        if (answer.containsKey("failure")) {
            throw new BenchmarkException("The client of the benchmark: " + answer.getString("failure"));
        }
        return answer;
    }
}
