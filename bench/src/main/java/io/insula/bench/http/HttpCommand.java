package io.insula.bench.http;

import io.insula.bench.BenchmarkFigure;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench http}: our HTTP path beside a gateway's. */
@Command(
        name = "http",
        description = "Requests a second and processor time a request of the HTTP path, beside a gateway.",
        mixinStandardHelpOptions = true)
public final class HttpCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--folder", description = "Where the peer and a database are kept (default: target/bench-http).")
    private Path folder = Path.of("target", "bench-http");

    @Option(names = "--quick", description = "Fewer and shorter rounds: a first impression.")
    private boolean quick;

    @Option(names = "--json", description = "Also writes the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--server-option", description = "A JVM option for our server, for example to profile it.")
    private List<String> serverOptions = List.of();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        List<BenchmarkFigure> figures = new HttpBenchmark(folder, quick, serverOptions, out).run();
        if (json != null) {
            BenchmarkFigure.write(json, figures);
        }
        return 0;
    }
}
