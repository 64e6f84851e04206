package io.insula.bench.cluster;

import io.insula.bench.BenchmarkException;
import io.insula.bench.cluster.ClusterBenchmark.Case;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench cluster}: what the event bus, the HTTP nodes and held streams cost. */
@Command(
        name = "cluster",
        description = "Streams held, tokens/s through the bus and processor time a token, with paced stub engines.",
        mixinStandardHelpOptions = true)
public final class ClusterCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--folder", description = "Where a database and logs are kept (default: target/bench-cluster).")
    private Path folder = Path.of("target", "bench-cluster");

    @Option(names = "--quick", description = "One layout and short runs: a first impression.")
    private boolean quick;

    @Option(names = "--streams", description = "Streams to hold on one HTTP node (default: 10000).")
    private int streams = 10_000;

    @Option(
            names = "--case",
            description = "What to measure, of ${COMPLETION-CANDIDATES}; may be repeated (default: all).")
    private Set<Case> cases = EnumSet.allOf(Case.class);

    @Option(names = "--json", description = "Also writes the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--server-option", description = "A JVM option for the HTTP nodes, for example to profile them.")
    private List<String> serverOptions = List.of();

    @Override
    public Integer call() throws Exception {
        if (streams < 1 || streams > 15_000) {
            throw new BenchmarkException("--streams: " + streams + " (expected: 1..15000)");
        }
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        List<JsonObject> figures = new ClusterBenchmark(folder, cases, quick, streams, serverOptions, out).run();
        if (json != null) {
            Files.writeString(json, new JsonArray(figures).encodePrettily() + System.lineSeparator());
        }
        return 0;
    }
}
