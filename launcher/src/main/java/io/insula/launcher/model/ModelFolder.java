package io.insula.launcher.model;

import io.insula.protocol.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A model as a folder of safetensors and JSON files, the form of Hugging Face's libraries, inside the store.
 *
 * @param path the folder; the model is there when it holds {@code config.json}
 */
record ModelFolder(Path path) {

    private static final Pattern PARTS = Pattern.compile("[^.].*\\.(json|safetensors|jinja|model|txt)");

    static boolean isOne(Path path) {
        return Files.isRegularFile(path.resolve("config.json"));
    }

    /** The files that belong to the model, by name. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> PARTS.matcher(file.getFileName().toString()).matches())
                    .sorted()
                    .toList();
        }
    }

    long sizeBytes() throws IOException {
        long sum = 0;
        for (Path file : files()) {
            sum += Files.size(file);
        }
        return sum;
    }

    /** Copies another folder's files here, all or none, and writes down their SHA-256. */
    void copyFrom(ModelFolder source, ModelName name) throws IOException {
        if (Files.exists(path)) {
            throw new ModelException(
                    name + " is here already (expected: a free name; './insula model remove' frees one)");
        }
        Path parent = Files.createDirectories(path.toAbsolutePath().getParent());
        Path fresh = Files.createTempDirectory(parent, ".add-");
        try {
            for (Path file : source.files()) {
                Path copy = Files.copy(file, fresh.resolve(file.getFileName()));
                new Provenance(copy).record(Sha256.of(copy), "added from a folder");
            }
            Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(fresh);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
