package io.insula.launcher.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What is written down beside a model's file: its SHA-256, as {@code sha256sum} writes and checks it, and where it came from.
 *
 * @param file the model's file, in its folder
 */
record Provenance(Path file) {

    /** The recorded SHA-256, or empty. */
    Optional<String> sha256() {
        try {
            Path record = beside(".sha256");
            if (!Files.exists(record)) {
                return Optional.empty();
            }
            String line = Files.readString(record);
            return line.length() >= 64 && line.substring(0, 64).matches("[0-9a-f]{64}")
                    ? Optional.of(line.substring(0, 64))
                    : Optional.empty();
        } catch (IOException e) {
            throw new ModelException(file + ": its SHA-256 cannot be read: " + e.getMessage(), e);
        }
    }

    /** Where the file came from; empty when nobody wrote it down. */
    String origin() {
        try {
            Path record = beside(".origin");
            return Files.exists(record) ? Files.readString(record).strip() : "";
        } catch (IOException e) {
            throw new ModelException(file + ": its origin cannot be read: " + e.getMessage(), e);
        }
    }

    void record(String sha256, String origin) {
        try {
            write(beside(".sha256"), sha256 + "  " + file.getFileName() + "\n");
            write(beside(".origin"), origin + "\n");
        } catch (IOException e) {
            throw new ModelException(file + ": its SHA-256 cannot be written down: " + e.getMessage(), e);
        }
    }

    private static void write(Path target, String content) throws IOException {
        Path fresh = Files.createTempFile(target.getParent(), "note-", ".part");
        Files.writeString(fresh, content);
        Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private Path beside(String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
