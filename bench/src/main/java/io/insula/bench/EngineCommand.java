package io.insula.bench;

import io.insula.bench.llama.LlamaInstall;
import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.model.ModelPull;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.terminal.Progress;
import java.io.Console;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench engine}: our CPU engine beside llama.cpp on the same model file. */
@Command(
        name = "engine",
        description = "Decode and prefill beside llama.cpp on the same model file, with the perplexity of both.",
        mixinStandardHelpOptions = true)
final class EngineCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--home", description = "Where models and llama.cpp are kept (default: ~/.insula).")
    private Path home = Path.of(System.getProperty("user.home"), ".insula");

    @Option(names = "--model", description = "A Q4_1 GGUF file (default: the starter model, fetched when missing).")
    private @Nullable Path model;

    @Option(names = "--threads", description = "Threads of either engine (default: the processors).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(names = "--quick", description = "Fewer cases and repetitions: a first impression.")
    private boolean quick;

    @Option(names = "--json", description = "Also writes the figures to this file.")
    private @Nullable Path json;

    @Option(names = "--only", description = "Measures this type alone, in this process: ${COMPLETION-CANDIDATES}.")
    private @Nullable ModelType only;

    @Override
    public Integer call() throws Exception {
        // Native libraries are unpacked at home, never in the user's own folders.
        System.setProperty("DJL_CACHE_DIR", home.resolve("cache").toString());
        Progress progress = progress();
        EngineBenchmarkOptions options = options(file(progress));
        CommandLine line = Objects.requireNonNull(spec, "picocli sets it").commandLine();
        List<BenchmarkFigure> figures = new ArrayList<>();
        int status = 0;
        if (only != null) {
            figures.addAll(new EngineBenchmark(options, progress, line.getOut()).run(only));
        } else {
            LlamaInstall.into(options.folder(), progress);
            for (ModelType type : ModelType.values()) {
                type.file(options, progress);
                progress.line(type + ": measuring in a process of its own");
                try {
                    figures.addAll(new ContestProcess(type.name(), home, arguments(type, options)).run());
                } catch (BenchmarkException e) {
                    // The other type's figures are worth having all the same.
                    line.getErr().println(e.getMessage());
                    status = 1;
                }
            }
        }
        if (json != null) {
            BenchmarkFigure.write(json, figures);
        }
        return status;
    }

    private List<String> arguments(ModelType type, EngineBenchmarkOptions options) {
        List<String> arguments = new ArrayList<>(List.of(
                "engine",
                "--only",
                type.name(),
                "--home",
                home.toString(),
                "--model",
                options.model().toString(),
                "--threads",
                Integer.toString(threads)));
        if (quick) {
            arguments.add("--quick");
        }
        return arguments;
    }

    /** The command line owns the terminal: this is where it is named. */
    @SuppressWarnings({"checkstyle:RegexpSinglelineJava", "SystemConsoleNull"})
    private static Progress progress() {
        Console console = System.console();
        return Progress.to(System.err, console != null && console.isTerminal());
    }

    /** What the options ask for, of a model file that is there. */
    EngineBenchmarkOptions options(Path file) {
        Path folder = home.resolve("bench");
        return quick
                ? EngineBenchmarkOptions.quick(file, folder, threads)
                : EngineBenchmarkOptions.full(file, folder, threads);
    }

    private Path file(Progress progress) throws InterruptedException {
        if (model != null) {
            return model;
        }
        ModelCatalog catalog = ModelCatalog.standard();
        try {
            return new ModelPull(new ModelStore(home, catalog), catalog, progress).ensure(ModelCatalog.STARTER.name());
        } catch (ModelException e) {
            throw new BenchmarkException(String.valueOf(e.getMessage()), e);
        }
    }
}
