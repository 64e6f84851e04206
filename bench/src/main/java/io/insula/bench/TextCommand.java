package io.insula.bench;

import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.model.ModelPull;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.terminal.Progress;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench text}: what a request spends on template, tokenizer and detokenizer. */
@Command(
        name = "text",
        description = "Processor time of a request's template, tokenizer and detokenizer.",
        mixinStandardHelpOptions = true)
final class TextCommand implements Callable<Integer> {

    private static final int REPETITIONS = 300;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--home", description = "Where models are kept (default: ~/.insula).")
    private Path home = Path.of(System.getProperty("user.home"), ".insula");

    @Option(
            names = "--model",
            description = "A GGUF file or a folder (default: the starter model, fetched when missing).")
    private @Nullable Path model;

    @Override
    public Integer call() throws Exception {
        System.setProperty("DJL_CACHE_DIR", home.resolve("cache").toString());
        TextBenchmark.Figures figures = new TextBenchmark(REPETITIONS).run(file());
        TextBenchmark.print(figures, Objects.requireNonNull(spec).commandLine().getOut());
        return 0;
    }

    private Path file() throws InterruptedException {
        if (model != null) {
            return model;
        }
        ModelCatalog catalog = ModelCatalog.standard();
        try {
            return new ModelPull(new ModelStore(home, catalog), catalog, progress())
                    .ensure(ModelCatalog.STARTER.name());
        } catch (ModelException e) {
            throw new BenchmarkException(String.valueOf(e.getMessage()), e);
        }
    }

    @SuppressWarnings("checkstyle:RegexpSinglelineJava")
    private static Progress progress() {
        return Progress.to(System.err, false);
    }
}
