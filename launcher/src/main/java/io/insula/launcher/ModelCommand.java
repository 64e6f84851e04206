package io.insula.launcher;

import io.insula.inference.embed.AllMiniLm;
import io.insula.inference.embed.EmbeddingConfig;
import io.insula.launcher.model.ModelAliases;
import io.insula.launcher.model.ModelCatalog;
import io.insula.launcher.model.ModelException;
import io.insula.launcher.model.ModelPull;
import io.insula.launcher.model.ModelReference;
import io.insula.launcher.model.ModelStore;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.insula.launcher.model.ModelSummary;
import io.insula.launcher.terminal.Terminal;
import io.insula.protocol.ModelName;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code insula model}: brings model files into the home, and shows what is there. */
@Command(
        name = "model",
        description = "Fetches, adds, lists, names, removes, checks and builds models.",
        subcommands = ModelBuildCommand.class,
        mixinStandardHelpOptions = true)
final class ModelCommand implements Runnable {

    private static final double MEBIBYTE = 1 << 20;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                line(), "a command is missing (expected: pull, add, list, alias, remove, verify or build)");
    }

    @Command(
            name = "pull",
            description = "Fetches a model: of the catalogue, of the Hugging Face hub, or from a URL.",
            mixinStandardHelpOptions = true)
    int pull(
            @Parameters(
                            paramLabel = "MODEL",
                            description =
                                    "a name such as smollm2-135m-instruct, owner/repository[:file or quantisation],"
                                            + " or https://…/file.gguf")
                    String reference,
            @Option(
                            names = "--name",
                            paramLabel = "NAME",
                            description = "what it is called here; the file's name when absent")
                    @Nullable
                    String name,
            @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home)
            throws InterruptedException {
        ModelCatalog catalog = ModelCatalog.standard();
        ModelStore store = new ModelStore(homeOf(home), catalog);
        StoredModel pulled = new ModelPull(store, catalog, Terminal.progress())
                .pull(ModelReference.parse(reference), name == null ? null : modelName(name));
        out().println(pulled.name() + "  " + pulled.file());
        return 0;
    }

    @Command(
            name = "add",
            description = "Copies a GGUF file, or a Hugging Face folder, into the home.",
            mixinStandardHelpOptions = true)
    int add(
            @Parameters(
                            paramLabel = "FILE.gguf",
                            description = "a GGUF file, or a folder of config.json, tokenizer.json and safetensors")
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

    @Command(
            name = "list",
            description = "Shows the models that are here: size, type, context, what they can, other names.",
            mixinStandardHelpOptions = true)
    int list(@Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home) {
        Path directory = homeOf(home);
        Map<ModelName, ModelName> aliases = new ModelAliases(directory).all();
        row("NAME", "SIZE", "TYPE", "CONTEXT", "CAN", "ALIASES");
        for (StoredModel model : new ModelStore(directory, ModelCatalog.standard()).list()) {
            ModelSummary summary = ModelSummary.of(model.file());
            row(
                    model.name().value(),
                    mebibytes(model.sizeBytes()),
                    summary.type(),
                    summary.contextTokens() == 0 ? "-" : Long.toString(summary.contextTokens()),
                    String.join(",", summary.capabilities()),
                    aliasesOf(model.name(), aliases));
        }
        row(
                AllMiniLm.NAME.value(),
                "built in",
                "bert F32 from INT8",
                Integer.toString(EmbeddingConfig.DEFAULT.maxTokens()),
                "embeddings",
                aliasesOf(AllMiniLm.NAME, aliases));
        return 0;
    }

    @Command(
            name = "alias",
            description = "Gives a model another name that clients may use, for example: alias llama3 gpt-3.5-turbo.",
            mixinStandardHelpOptions = true)
    int alias(
            @Parameters(arity = "1..2", paramLabel = "[MODEL] ALIAS", description = "the model and its other name")
                    List<String> names,
            @Option(names = "--remove", description = "forget the alias") boolean remove,
            @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home) {
        Path directory = homeOf(home);
        ModelAliases aliases = new ModelAliases(directory);
        if (names.size() != (remove ? 1 : 2)) {
            throw new CommandLine.ParameterException(
                    line(), remove ? "expected: alias --remove ALIAS" : "expected: alias MODEL ALIAS");
        }
        if (remove) {
            aliases.remove(modelName(names.getFirst()));
        } else {
            ModelStore store = new ModelStore(directory, ModelCatalog.standard());
            aliases.set(modelName(names.getFirst()), modelName(names.getLast()), name -> isModel(store, name));
        }
        return 0;
    }

    private static boolean isModel(ModelStore store, ModelName name) {
        return AllMiniLm.NAME.equals(name)
                || AllMiniLm.FULL_NAME.equals(name)
                || ModelCatalog.standard().find(name).isPresent()
                || store.list().stream().anyMatch(model -> model.name().equals(name));
    }

    @Command(name = "remove", description = "Deletes a model's files.", mixinStandardHelpOptions = true)
    int remove(
            @Parameters(paramLabel = "NAME", description = "a name that list shows") String name,
            @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home) {
        if (!new ModelStore(homeOf(home), ModelCatalog.standard()).remove(modelName(name))) {
            throw new ModelException("model " + name + " is not here");
        }
        return 0;
    }

    @Command(
            name = "verify",
            description = "Compares a model's file, or every one, with the SHA-256 that was recorded when it came.",
            mixinStandardHelpOptions = true)
    int verify(
            @Parameters(arity = "0..1", paramLabel = "NAME", description = "all when absent") @Nullable String name,
            @Option(names = "--home", paramLabel = "DIR", description = "~/.insula when absent") @Nullable Path home) {
        ModelStore store = new ModelStore(homeOf(home), ModelCatalog.standard());
        List<StoredModel> models = store.list().stream()
                .filter(model -> name == null || model.name().value().equals(name))
                .toList();
        if (name != null && models.isEmpty()) {
            throw new ModelException("model " + name + " is not here");
        }
        models.forEach(model -> store.verify(model).forEach(sha256 -> out().println(sha256 + "  " + model.name())));
        return 0;
    }

    private void row(String name, String size, String type, String context, String can, String aliases) {
        out().printf(Locale.ROOT, "%-32s %10s  %-18s %8s  %-10s %s%n", name, size, type, context, can, aliases);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE);
    }

    private static String aliasesOf(ModelName model, Map<ModelName, ModelName> aliases) {
        return aliases.entrySet().stream()
                .filter(alias -> alias.getValue().equals(model))
                .map(alias -> alias.getKey().value())
                .collect(Collectors.joining(","));
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
