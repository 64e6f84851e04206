package io.insula.launcher.model;

import io.insula.protocol.ModelName;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Other names for models, kept in {@code <home>/models/aliases.properties}.
 *
 * <p>An alias stands for a model, never for another alias: there are no chains and no circles.
 */
public final class ModelAliases {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._/-]{0,127}");

    private final Path file;

    public ModelAliases(Path home) {
        this.file = home.resolve("models").resolve("aliases.properties");
    }

    /** Models by their aliases. */
    public Map<ModelName, ModelName> all() {
        if (!Files.exists(file)) {
            return Map.of();
        }
        Properties properties = new Properties();
        try (StringReader reader = new StringReader(Files.readString(file))) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
        Map<ModelName, ModelName> aliases = new TreeMap<>(java.util.Comparator.comparing(ModelName::value));
        properties.forEach((alias, model) -> aliases.put(name((String) alias), name((String) model)));
        return aliases;
    }

    /**
     * Gives a model another name; an alias that stands for something else now stands for this.
     *
     * @param isModel tells names of models
     */
    public void set(ModelName model, ModelName alias, java.util.function.Predicate<ModelName> isModel) {
        Map<ModelName, ModelName> aliases = new TreeMap<>(java.util.Comparator.comparing(ModelName::value));
        aliases.putAll(all());
        ModelName behind = aliases.get(model);
        if (behind != null) {
            throw new ModelException(model + " is an alias itself (expected: a model, for example " + behind + ")");
        }
        if (!isModel.test(model)) {
            throw new ModelException(
                    "model " + model + " is not here (expected: a name that './insula model list' shows)");
        }
        if (isModel.test(name(alias.value()))) {
            throw new ModelException(alias + " is a model's name (expected: a name that is free)");
        }
        aliases.put(alias, model);
        write(aliases);
    }

    /** Forgets an alias. */
    public void remove(ModelName alias) {
        Map<ModelName, ModelName> aliases = new TreeMap<>(java.util.Comparator.comparing(ModelName::value));
        aliases.putAll(all());
        if (aliases.remove(alias) == null) {
            throw new ModelException(alias + " is no alias (known: "
                    + aliases.keySet().stream().map(ModelName::value).collect(Collectors.joining(", "))
                    + ")");
        }
        write(aliases);
    }

    private void write(Map<ModelName, ModelName> aliases) {
        String content = aliases.entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue() + "\n")
                .collect(Collectors.joining());
        try {
            Files.createDirectories(file.getParent());
            Path fresh = Files.createTempFile(file.getParent(), "aliases-", ".part");
            Files.writeString(fresh, content);
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private static ModelName name(String text) {
        if (!NAME.matcher(text).matches()) {
            throw new ModelException("model name: '" + text + "' (expected: " + NAME + ")");
        }
        return new ModelName(text);
    }
}
