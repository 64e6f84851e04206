package io.insula.launcher;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The one directory that a running program writes to, besides the temporary directory.
 *
 * @param directory absolute
 */
record Home(Path directory) {

    /** Resolves and creates the directory, readable by its owner only. */
    static Home at(Path directory) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            if (!Files.isDirectory(absolute)) {
                Path parent = absolute.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                Files.createDirectory(
                        absolute, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("home " + absolute + ": cannot be created", e);
        }
        return new Home(absolute);
    }

    /** {@code ~/.insula}, where {@code ~} is what the shell takes it for. */
    static Path standard() {
        String home = System.getenv("HOME");
        return Path.of(home == null || home.isBlank() ? System.getProperty("user.home") : home, ".insula");
    }

    Path settingsFile() {
        return directory.resolve("insula.properties");
    }

    /** The secret that access keys are hashed with when the settings name none. */
    Path pepperFile() {
        return directory.resolve("pepper");
    }

    /** The key of those who run the platform, when the settings name no other file. */
    Path adminKeyFile() {
        return directory.resolve("admin-key");
    }

    /** Where usage rows wait for the database when the settings name no other directory. */
    Path usageDirectory() {
        return directory.resolve("usage");
    }

    /** Where plans of models for this machine's GPUs are kept. */
    Path gpuDirectory() {
        return directory.resolve("gpu");
    }

    /** Where DJL and its tokenizers unpack native libraries. */
    Path nativeCache() {
        return directory.resolve("cache");
    }
}
