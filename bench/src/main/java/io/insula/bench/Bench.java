package io.insula.bench;

import io.insula.bench.http.HttpCommand;
import io.insula.bench.llama.LlamaException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line of the benchmarks: {@code ./insula bench}. */
@Command(
        name = "bench",
        description = "Benchmarks side by side with peers.",
        mixinStandardHelpOptions = true,
        subcommands = {EngineCommand.class, HttpCommand.class})
public final class Bench {

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Expected failures are one sentence; anything else keeps its trace. */
    static CommandLine commandLine() {
        return new CommandLine(new Bench()).setExecutionExceptionHandler((failure, line, _) -> {
            if (failure instanceof BenchmarkException || failure instanceof LlamaException) {
                line.getErr().println(failure.getMessage());
                return 1;
            }
            throw failure;
        });
    }
}
