package io.insula.bench;

import io.insula.bench.cluster.ClusterCommand;
import io.insula.bench.gpu.GpuCommand;
import io.insula.bench.gpu.ReferenceCommand;
import io.insula.bench.http.HttpCommand;
import io.insula.bench.llama.LlamaException;
import io.insula.launcher.StopSignals;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the benchmarks: {@code ./insula bench}. */
@Command(
        name = "bench",
        description = "Benchmarks side by side with peers.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ClusterCommand.class,
            EngineCommand.class,
            GpuCommand.class,
            HttpCommand.class,
            ReferenceCommand.class,
            TextCommand.class
        })
public final class Bench {

    private Bench() {}

    public static void main(String[] arguments) {
        CompletableFuture<Integer> signalled = StopSignals.listen().exitCode();
        Thread.ofPlatform().daemon().name("stop-signals").start(() -> endAtOnce(signalled.join()));
        System.exit(commandLine().execute(arguments));
    }

    /** Without shutdown hooks: ONNX Runtime's would take away what a running step computes in. */
    private static void endAtOnce(int code) {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(code);
    }

    /** Expected failures are one sentence; anything else keeps its trace. */
    static CommandLine commandLine() {
        return new CommandLine(new Bench())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, _) -> {
                    if (failure instanceof BenchmarkException || failure instanceof LlamaException) {
                        line.getErr().println(failure.getMessage());
                        return 1;
                    }
                    throw failure;
                });
    }
}
