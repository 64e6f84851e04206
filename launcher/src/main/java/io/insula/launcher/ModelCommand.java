package io.insula.launcher;

import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.model.ModelPull;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.insula.launcher.terminal.Terminal;
import io.insula.protocol.ModelName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code insula model}: brings model files into the home, and shows what is there. */
@Command(name = "model", description = "Fetches, adds and lists model files.", mixinStandardHelpOptions = true)
final class ModelCommand implements Runnable {

    private static final double MEBIBYTE = 1 << 20;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(line(), "a command is missing (expected: pull, add or list)");
    }

    @Command(name = "pull", description = "Fetches a model of the catalogue.", mixinStandardHelpOptions = true)
    int pull(
            @Parameters(paramLabel = "NAME", description = "for example smollm2-135m-instruct") String name,
            @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home)
            throws InterruptedException {
        ModelCatalog catalog = ModelCatalog.standard();
        ModelStore store = new ModelStore(homeOf(home), catalog);
        Path file = new ModelPull(store, catalog, Terminal.progress()).pull(modelName(name));
        out().println(file);
        return 0;
    }

    @Command(name = "add", description = "Copies a GGUF file into the home.", mixinStandardHelpOptions = true)
    int add(
            @Parameters(paramLabel = "FILE.gguf", description = "a GGUF file that holds tokenizer and template")
                    Path file,
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            description = "what it is called; the file's name when absent")
                    @Nullable
                    String name,
            @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home) {
        ModelStore store = new ModelStore(homeOf(home), ModelCatalog.standard());
        StoredModel added = name == null ? store.add(file) : store.add(file, modelName(name));
        out().println(added.name() + "  " + added.file());
        return 0;
    }

    @Command(name = "list", description = "Shows the models that are here.", mixinStandardHelpOptions = true)
    int list(@Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home) {
        for (StoredModel model : new ModelStore(homeOf(home), ModelCatalog.standard()).list()) {
            out().printf(
                            Locale.ROOT,
                            "%-32s %8.1f MiB  %s%n",
                            model.name(),
                            model.sizeBytes() / MEBIBYTE,
                            model.file());
        }
        return 0;
    }

    private static Path homeOf(@Nullable Path home) {
        return Home.at(home == null ? Home.standard() : home).directory();
    }

    private static ModelName modelName(String name) {
        try {
            return new ModelName(name);
        } catch (IllegalArgumentException e) {
            throw new ModelException(e.getMessage() == null ? "model name: " + name : e.getMessage());
        }
    }

    private PrintWriter out() {
        return line().getOut();
    }

    private CommandLine line() {
        if (spec == null) {
            throw new IllegalStateException("not called from a command line");
        }
        return spec.commandLine();
    }
}
