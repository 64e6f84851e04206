package io.insula.launcher.model;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import io.insula.protocol.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The model files under a home directory: {@code <home>/models/<name>/<file>.gguf}, one file per name.
 *
 * <p>A file appears under its final name only once it is complete and checked.
 */
public final class ModelStore {

    private static final Pattern FOLDER_NAME = Pattern.compile("[a-z0-9][a-z0-9._-]*");

    private final Path models;
    private final ModelCatalog catalog;

    public ModelStore(Path home, ModelCatalog catalog) {
        this.models = home.resolve("models");
        this.catalog = catalog;
    }

    /** A model that is here. */
    public record StoredModel(ModelName name, Path file, long sizeBytes) {}

    /** The folder of a model, created when missing. */
    Path folder(ModelName name) {
        Path folder = path(name);
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw new ModelException(folder + ": cannot be created: " + e.getMessage(), e);
        }
    }

    /** The file of a model, when it is here. */
    public Optional<Path> find(ModelName name) {
        Path folder = path(name);
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> isModelFile(file.getFileName().toString()))
                    .filter(Files::isRegularFile)
                    .sorted()
                    .findFirst()
                    .or(() -> ModelFolder.isOne(folder) ? Optional.of(folder) : Optional.empty());
        } catch (IOException e) {
            throw new ModelException(folder + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Every model that is here, by name. */
    public List<StoredModel> list() {
        if (!Files.isDirectory(models)) {
            return List.of();
        }
        List<StoredModel> stored = new ArrayList<>();
        try (Stream<Path> folders = Files.list(models)) {
            for (Path folder : folders.sorted().toList()) {
                if (!FOLDER_NAME.matcher(folder.getFileName().toString()).matches()) {
                    continue;
                }
                ModelName name = new ModelName(folder.getFileName().toString());
                Optional<Path> file = find(name);
                if (file.isPresent()) {
                    stored.add(new StoredModel(name, file.get(), sizeOf(file.get())));
                }
            }
        } catch (IOException e) {
            throw new ModelException(models + ": cannot be read: " + e.getMessage(), e);
        }
        return stored;
    }

    private static long sizeOf(Path file) throws IOException {
        return Files.isDirectory(file) ? new ModelFolder(file).sizeBytes() : Files.size(file);
    }

    /** Copies a file or folder of the user's under the name that the catalogue or the file itself suggests. */
    public StoredModel add(Path file) {
        if (Files.isDirectory(file)) {
            Path folderName =
                    Objects.requireNonNullElse(file.toAbsolutePath().normalize().getFileName(), file);
            return addFolder(file, nameOf(folderName.toString()));
        }
        try {
            String sha256 = Sha256.of(file);
            ModelName name = catalog.findBySha256(sha256)
                    .map(CatalogModel::name)
                    .orElseGet(() -> nameOf(file.getFileName().toString()));
            return add(file, name, sha256);
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** Copies a file or folder of the user's under a name; a catalogue model's name takes no other file than that model's. */
    public StoredModel add(Path file, ModelName name) {
        if (Files.isDirectory(file)) {
            return addFolder(file, name);
        }
        try {
            return add(file, name, Sha256.of(file));
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private StoredModel addFolder(Path source, ModelName name) {
        if (catalog.find(name).isPresent()) {
            throw new ModelException(name + " is a model of the catalogue (expected: another name, by --name)");
        }
        checkReadable(source);
        ModelFolder target = new ModelFolder(path(name));
        try {
            target.copyFrom(new ModelFolder(source), name);
            return new StoredModel(name, target.path(), target.sizeBytes());
        } catch (IOException e) {
            throw new ModelException(source + ": cannot be copied to " + target.path() + ": " + e.getMessage(), e);
        }
    }

    private StoredModel add(Path file, ModelName name, String sha256) {
        Optional<CatalogModel> known = catalog.find(name);
        if (known.isPresent() && !known.get().sha256().equals(sha256)) {
            throw new ModelException(file + ": SHA-256 " + sha256 + " is not " + name.value() + "'s (expected: "
                    + known.get().sha256() + "); add it under another name with --name");
        }
        checkReadable(file);
        String fileName = known.map(CatalogModel::fileName)
                .orElseGet(() -> file.getFileName().toString());
        if (!fileName.endsWith(".gguf")) {
            throw new ModelException(file + ": not a .gguf file (expected: a name that ends in .gguf)");
        }
        Path folder = folder(name);
        Path target = folder.resolve(fileName);
        try {
            Path copy = Files.createTempFile(folder, "add-", ".part");
            try {
                Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
                removeOthers(folder, target);
                new Provenance(target).record(sha256, "added from a file");
                Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(copy);
            }
            return new StoredModel(name, target, Files.size(target));
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be copied to " + target + ": " + e.getMessage(), e);
        }
    }

    /** Deletes a model's folder; false when there is none. */
    public boolean remove(ModelName name) {
        Path folder = path(name);
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
            return true;
        } catch (IOException e) {
            throw new ModelException(folder + ": cannot be removed: " + e.getMessage(), e);
        }
    }

    /**
     * Reads a model's file and compares it with what was recorded when it came, or with the catalogue.
     *
     * @return the SHA-256 of each of its files
     * @throws ModelException when it is another, or nothing was recorded
     */
    public List<String> verify(StoredModel model) {
        try {
            List<Path> files =
                    Files.isDirectory(model.file()) ? new ModelFolder(model.file()).files() : List.of(model.file());
            List<String> found = new ArrayList<>();
            for (Path file : files) {
                found.add(verify(model.name(), file));
            }
            return found;
        } catch (IOException e) {
            throw new ModelException(model.file() + ": cannot be read: " + e.getMessage(), e);
        }
    }

    private String verify(ModelName name, Path file) throws IOException {
        String expected = catalog.find(name)
                .map(CatalogModel::sha256)
                .or(new Provenance(file)::sha256)
                .orElseThrow(() -> new ModelException(file + ": nobody wrote down its SHA-256"));
        String found = Sha256.of(file);
        if (!found.equals(expected)) {
            throw new ModelException(file + ": SHA-256 " + found + " is not the recorded " + expected);
        }
        return found;
    }

    /** A model's name becomes a folder's: nothing that could lead elsewhere. */
    private Path path(ModelName name) {
        if (!FOLDER_NAME.matcher(name.value()).matches()) {
            throw new ModelException("model name: " + name.value() + " (expected: " + FOLDER_NAME + ")");
        }
        return models.resolve(name.value());
    }

    void removeOthers(Path folder, Path target) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path other : files.sorted(Comparator.reverseOrder()).toList()) {
                if (other.getFileName().toString().endsWith(".gguf") && !other.equals(target)) {
                    Files.delete(other);
                }
            }
        }
    }

    static boolean isModelFile(String fileName) {
        return fileName.endsWith(".gguf");
    }

    static void checkReadable(Path file) {
        try (Checkpoint opened = Checkpoint.open(file)) {
            opened.architecture();
        } catch (ModelFileException e) {
            throw new ModelException(String.valueOf(e.getMessage()), e);
        }
    }

    /** The model name that a file's name suggests. */
    static ModelName nameOf(String fileName) {
        String name = fileName.replaceFirst("\\.gguf$", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9._-]+", "-")
                .replaceAll("^[^a-z0-9]+", "");
        if (name.isEmpty()) {
            throw new ModelException(fileName + ": no model name can be made of it; give one with --name");
        }
        return new ModelName(name);
    }
}
