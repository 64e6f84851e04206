package io.insula.launcher;

import io.insula.api.auth.AdminKey;
import io.insula.launcher.config.ConfigurationException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The file with the key of those who run the platform.
 *
 * @param file its first line is the key
 */
record AdminKeyFile(Path file) {

    private static final int KEY_BYTES = 32;

    /** The file that the settings name, or the home's. */
    static AdminKeyFile of(Home home, String named) {
        return new AdminKeyFile(named.isEmpty() ? home.adminKeyFile() : Path.of(named));
    }

    /** The key, made of random bytes in a file that only its owner can read where there is none. */
    AdminKey orNew() {
        if (!Files.exists(file)) {
            create();
        }
        try {
            return AdminKey.of(read());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("admin.key-file: " + file + ": " + e.getMessage());
        }
    }

    /** The key in clear. */
    String read() {
        try {
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new ConfigurationException("admin.key-file: " + file + " cannot be read (" + e.getMessage() + ")");
        }
    }

    private void create() {
        byte[] random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        String key = "insula-admin-" + HexFormat.of().formatHex(random) + "\n";
        try (var channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(java.nio.charset.StandardCharsets.UTF_8.encode(key));
        } catch (FileAlreadyExistsException sameHome) {
            // Another program of the same home was first; its key is read.
        } catch (IOException e) {
            throw new UncheckedIOException("admin.key-file: " + file + " cannot be made", e);
        }
    }
}
