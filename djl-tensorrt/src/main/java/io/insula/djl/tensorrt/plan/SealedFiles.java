package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files whose name is {@code key-hash.suffix} with the hash of their content: whatever is cut, changed or foreign is
 * noticed and deleted before it is used.
 *
 * <p>A file appears whole or not at all: it is written under another name, flushed and renamed. A hash notices damage,
 * not malice: whoever can write to the folder can also make a name that fits, so the folder is its owner's alone.
 *
 * <p><b>Thread</b>: any, and several processes.
 */
final class SealedFiles {
    /** Writes content to a channel. */
    interface Content {
        void writeTo(WritableByteChannel channel) throws IOException, MalformedModelException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(SealedFiles.class);
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
    private static final long ABANDONED_MILLIS = 24L * 60 * 60 * 1000;
    private static final int CHUNK = 1 << 20;

    private final Path folder;
    private final String suffix;

    /** The folder is made when it is not there, readable and writable by its owner only. */
    SealedFiles(Path folder, String suffix) throws IOException {
        this.folder = folder;
        this.suffix = suffix;
        if (!Files.isDirectory(folder)) {
            Path parent = folder.getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OWNER));
            } catch (FileAlreadyExistsException e) {
                LOG.debug("{} was made by another process", folder);
            }
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            throw new IOException(folder + " (expected: a folder that can be written)");
        }
    }

    /** The newest whole file of a key; damaged ones that are newer are deleted. */
    Optional<Path> find(PlanKey key) throws IOException {
        for (Path file : newestFirst(key.hex() + "-*" + suffix)) {
            if (whole(file, key)) {
                return Optional.of(file);
            }
            LOG.warn("{} is damaged and is deleted", file);
            discard(file);
        }
        return Optional.empty();
    }

    /** Writes a file of a key; concurrent writers each leave a whole one. */
    Path write(PlanKey key, Content content) throws IOException, MalformedModelException {
        Path part = Files.createTempFile(folder, key.hex() + "-", ".part");
        try {
            MessageDigest digest = OnnxDigest.sha256();
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                content.writeTo(new Digesting(channel, digest));
                channel.force(true);
            }
            Path file = folder.resolve(key.hex() + "-" + HexFormat.of().formatHex(digest.digest()) + suffix);
            return Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Deletes what else there is of a key, for content that is read whole and not kept open. */
    void keepOnly(PlanKey key, Path keep) throws IOException {
        for (Path file : newestFirst(key.hex() + "-*" + suffix)) {
            if (!file.equals(keep)) {
                discard(file);
            }
        }
    }

    /** Deletes the files unused for longest until the rest fits, never the one to keep, and what writers left behind. */
    void shrinkTo(long bytes, Path keep) throws IOException {
        long left = bytes - size(keep);
        for (Path file : newestFirst("*" + suffix)) {
            if (file.equals(keep)) {
                continue;
            }
            long size = size(file);
            if (size <= left) {
                left -= size;
            } else {
                LOG.info("{} is deleted: the folder may hold {} bytes", file, bytes);
                discard(file);
            }
        }
        for (Path part : newestFirst("*.part")) {
            if (System.currentTimeMillis() - modified(part) > ABANDONED_MILLIS) {
                discard(part);
            }
        }
    }

    private boolean whole(Path file, PlanKey key) {
        String name = String.valueOf(file.getFileName());
        String hash = name.substring(key.hex().length() + 1, name.length() - suffix.length());
        if (!HASH.matcher(hash).matches() || !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        MessageDigest digest = OnnxDigest.sha256();
        byte[] chunk = new byte[CHUNK];
        try (InputStream in = Files.newInputStream(file)) {
            for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
                digest.update(chunk, 0, read);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return false;
        }
        return HexFormat.of().formatHex(digest.digest()).equals(hash);
    }

    private List<Path> newestFirst(String glob) throws IOException {
        List<Path> files = new ArrayList<>();
        try (var entries = Files.newDirectoryStream(folder, glob)) {
            entries.forEach(files::add);
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        record Dated(Path file, long modified) {}
        return files.stream()
                .map(file -> new Dated(file, modified(file)))
                .sorted((a, b) -> Long.compare(b.modified(), a.modified()))
                .map(Dated::file)
                .toList();
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file, LinkOption.NOFOLLOW_LINKS).toMillis();
        } catch (IOException e) {
            return 0; // Another process deleted it; then its age does not matter.
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0; // As above.
        }
    }

    /** Nothing is followed and no folder is emptied: what cannot be deleted stays and is passed over again. */
    private static void discard(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", file, e.toString());
        }
    }

    /** Hashes what it passes on. */
    private record Digesting(WritableByteChannel target, MessageDigest digest) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer source) throws IOException {
            ByteBuffer seen = source.duplicate();
            int written = target.write(source);
            digest.update(seen.limit(seen.position() + written));
            return written;
        }

        @Override
        public boolean isOpen() {
            return target.isOpen();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("the writer closes the file");
        }
    }
}
