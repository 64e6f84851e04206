package io.insula.bench.http;

import io.insula.bench.BenchmarkException;
import io.insula.bench.BenchmarkFigure;
import io.insula.bench.ChildProcess;
import io.insula.store.postgres.Bootstrap;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Asks our server and a gateway the same questions in turn, and compares what they cost.
 *
 * <p>Each server is one process whose processor time is read from the kernel: ours holds the verticle, the store's
 * client and a stub engine on the local bus; the gateway's upstream and our PostgreSQL are processes of their own and not
 * counted. All requests are answered from warm caches of keys and configs.
 */
final class HttpBenchmark {

    private static final List<Case> CASES = List.of(
            new Case("JSON, 1 connection", false, 1),
            new Case("JSON, 32 connections", false, 32),
            new Case("SSE of 32 deltas, 1 connection", true, 1),
            new Case("SSE of 32 deltas, 32 connections", true, 32));

    private static final int MOST_WARM_RUNS = 10;

    private final Path folder;
    private final List<String> serverOptions;
    private final PrintWriter out;
    private final int rounds;
    private final int runMillis;
    private final int warmRequests;

    HttpBenchmark(Path folder, boolean quick, List<String> serverOptions, PrintWriter out) {
        this.folder = folder;
        this.serverOptions = serverOptions;
        this.out = out;
        this.rounds = quick ? 3 : 7;
        this.runMillis = quick ? 1_500 : 4_000;
        this.warmRequests = quick ? 2_000 : 10_000;
    }

    private record Case(String name, boolean stream, int connections) {}

    /** Who is asked, and how. */
    private record Contestant(ChildProcess process, int port, String headers, String model) {

        LoadPlan plan(Case asked, int millis) {
            return new LoadPlan(
                    port, "/v1/chat/completions", headers, model, asked.stream(), asked.connections(), millis);
        }
    }

    private record Run(int requests, double perSecond, double cpuMicros) {}

    List<BenchmarkFigure> run() throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Peer peer = new Peer(folder.resolve("portkey"));
        peer.install();
        describe();
        try (ChildProcess load = ChildProcess.java(LoadGenerator.class, folder, List.of());
                ChildProcess upstream = ChildProcess.java(MockUpstream.class, folder, List.of());
                ChildProcess insula = ChildProcess.java(
                        InsulaServer.class,
                        folder,
                        serverOptions,
                        folder.resolve("home").toAbsolutePath().toString(),
                        folder.resolve("postgres").toAbsolutePath().toString())) {
            int upstreamPort = upstream.port();
            Contestant ours =
                    new Contestant(insula, insula.port(), "Authorization: Bearer default\r\n", Bootstrap.CONFIG_NAME);
            Peer.Running gateway = peer.start();
            try (ChildProcess theirs = gateway.process()) {
                String headers = "Authorization: Bearer key\r\nx-portkey-provider: openai\r\n"
                        + "x-portkey-custom-host: http://127.0.0.1:" + upstreamPort + "/v1\r\n";
                return compare(load, ours, new Contestant(theirs, gateway.port(), headers, "stub"));
            }
        }
    }

    private void describe() {
        out.printf(
                Locale.ROOT,
                "%d processors, load average %.1f at start, Java %s; %d rounds of %.1f s, in turn, medians%n",
                Runtime.getRuntime().availableProcessors(),
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
                Runtime.version(),
                rounds,
                runMillis / 1000.0);
        out.println(
                "insula: one event loop, access log on, keys and configs from PostgreSQL through warm caches, usage rows"
                        + " written; stub engine in the same process and counted");
        out.println("peer:   " + Peer.NAME + " before a mock upstream in another process, which is not counted");
        out.printf("%7s  %-34s %12s %12s  %s%n", "ratio", "case", "insula", "peer", "unit");
        out.flush();
    }

    private List<BenchmarkFigure> compare(ChildProcess load, Contestant ours, Contestant theirs) throws IOException {
        List<BenchmarkFigure> figures = new ArrayList<>();
        for (Case asked : CASES) {
            warm(load, ours, asked);
            warm(load, theirs, asked);
            List<Run> our = new ArrayList<>();
            List<Run> their = new ArrayList<>();
            for (int round = 0; round < rounds; round++) {
                our.add(measure(load, ours, asked, runMillis));
                their.add(measure(load, theirs, asked, runMillis));
            }
            double ourRate = median(our.stream().map(Run::perSecond).toList());
            double theirRate = median(their.stream().map(Run::perSecond).toList());
            show(figures, new BenchmarkFigure(asked.name(), ourRate, theirRate, ourRate / theirRate, "requests/s"));
            show(
                    figures,
                    BenchmarkFigure.lessIsBetter(
                            asked.name(),
                            median(our.stream().map(Run::cpuMicros).toList()),
                            median(their.stream().map(Run::cpuMicros).toList()),
                            "CPU us/request"));
        }
        return figures;
    }

    /** Until the code is compiled, as far as a number of requests tells; not longer than a while. */
    private void warm(ChildProcess load, Contestant contestant, Case asked) throws IOException {
        int requests = 0;
        for (int i = 0; i < MOST_WARM_RUNS && requests < warmRequests; i++) {
            requests += measure(load, contestant, asked, runMillis).requests();
        }
    }

    private void show(List<BenchmarkFigure> figures, BenchmarkFigure figure) {
        figures.add(figure);
        out.printf(
                Locale.ROOT,
                "%6.2fx  %-34s %12.1f %12.1f  %s%n",
                figure.ratio(),
                figure.name(),
                figure.insula(),
                figure.peer(),
                figure.unit());
        out.flush();
    }

    private static Run measure(ChildProcess load, Contestant asked, Case what, int millis) throws IOException {
        long cpuBefore = asked.process().cpuMicros();
        JsonObject result = new JsonObject(load.ask(asked.plan(what, millis).toLine()));
        long cpu = asked.process().cpuMicros() - cpuBefore;
        if (result.containsKey("failure")) {
            throw new BenchmarkException("An answer was wrong: " + result.getString("failure"));
        }
        int requests = result.getInteger("requests");
        return new Run(requests, requests * 1e9 / result.getLong("nanos"), (double) cpu / requests);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
