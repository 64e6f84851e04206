package io.insula.store.spool;

import io.insula.store.UsageEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One append-only file of usage rows, locked against other programs for as long as it is open.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class SpoolFile {

    static final String SUFFIX = ".spool";

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);
    private static final long MOST_BYTES = 1L << 30;
    private static final String DAMAGED_SUFFIX = ".damaged";
    private static final byte[] MAGIC = "insula-usage-1\n\n".getBytes(StandardCharsets.US_ASCII);

    /** What is open in this process: the system's locks hold between processes only, and end with any channel of the file. */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    /**
     * What a file holds.
     *
     * @param rows those whose checksum is right
     * @param damagedBytes what is no row, or only a part of one
     */
    record Contents(List<UsageEntry> rows, long damagedBytes) {}

    private final Path path;
    private final FileChannel channel;
    private long size;
    private boolean unsynced;

    private SpoolFile(Path path, FileChannel channel, long size) {
        this.path = path;
        this.channel = channel;
        this.size = size;
    }

    /** Makes a new file that only its owner can read. */
    static SpoolFile create(Path path) throws IOException {
        OPEN.add(path);
        try {
            FileChannel channel = FileChannel.open(
                    path,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            SpoolFile file = new SpoolFile(path, channel, 0);
            try {
                if (!isLocked(channel)) {
                    throw new IOException(path + " is in use");
                }
                file.write(new ByteBuffer[] {ByteBuffer.wrap(MAGIC)}, MAGIC.length);
                file.sync();
                syncDirectory(path);
                return file;
            } catch (IOException e) {
                file.delete();
                throw e;
            }
        } catch (IOException e) {
            OPEN.remove(path);
            throw e;
        }
    }

    /** Takes over a file whose program has died; null when it is in use or gone. */
    static @Nullable SpoolFile adopt(Path path) throws IOException {
        if (!OPEN.add(path)) {
            return null;
        }
        SpoolFile file = null;
        try {
            file = locked(path);
        } catch (NoSuchFileException e) {
            LOG.debug("{} is gone meanwhile", path);
        } finally {
            if (file == null) {
                OPEN.remove(path);
            }
        }
        return file;
    }

    private static @Nullable SpoolFile locked(Path path) throws IOException {
        FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        SpoolFile file = null;
        try {
            file = isLocked(channel) ? new SpoolFile(path, channel, channel.size()) : null;
        } finally {
            if (file == null) {
                channel.close();
            }
        }
        return file;
    }

    Path path() {
        return path;
    }

    long size() {
        return size;
    }

    /** Whether rows were appended that a loss of power would lose. */
    boolean unsynced() {
        return unsynced;
    }

    /** Appends rows; on failure none of them is there. They survive the death of the process from now on. */
    void append(List<UsageEntry> rows) throws IOException {
        ByteBuffer[] buffers = new ByteBuffer[rows.size()];
        long bytes = 0;
        for (int i = 0; i < buffers.length; i++) {
            buffers[i] = RowLayout.write(rows.get(i));
            bytes += buffers[i].remaining();
        }
        write(buffers, bytes);
    }

    private void write(ByteBuffer[] buffers, long bytes) throws IOException {
        long before = size;
        try {
            channel.position(before);
            long written = 0;
            while (written < bytes) {
                written += channel.write(buffers);
            }
            size = before + bytes;
            unsynced = true;
        } catch (IOException e) {
            channel.truncate(before);
            throw e;
        }
    }

    /** Makes the rows survive a loss of power too. */
    void sync() throws IOException {
        channel.force(false);
        unsynced = false;
    }

    /** Forgets the rows, all of which are in the ledger. */
    void empty() throws IOException {
        channel.truncate(MAGIC.length);
        size = MAGIC.length;
    }

    Contents read() throws IOException {
        if (channel.size() > MOST_BYTES) {
            throw new IOException("it has " + channel.size() + " bytes (expected: at most " + MOST_BYTES + ")");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) channel.size());
        while (bytes.hasRemaining() && channel.read(bytes, bytes.position()) >= 0) {
            // The file's size is known: a short read is followed by the next.
        }
        bytes.flip();
        if (bytes.limit() < MAGIC.length || !bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))) {
            return new Contents(List.of(), bytes.limit());
        }
        return rows(bytes);
    }

    /** A broken row is passed over by its length; where that cannot be right, nothing behind it can be told apart. */
    private static Contents rows(ByteBuffer bytes) {
        List<UsageEntry> rows = new ArrayList<>();
        long damaged = 0;
        int position = MAGIC.length;
        while (position < bytes.limit()) {
            int left = bytes.limit() - position - RowLayout.HEAD_BYTES;
            int length = left < 0 ? -1 : bytes.getInt(position);
            if (length < 1 || length > RowLayout.MOST_ROW_BYTES || length > left) {
                return new Contents(rows, damaged + bytes.limit() - position);
            }
            int begin = position + RowLayout.HEAD_BYTES;
            boolean whole = RowLayout.checksum(bytes, begin, length) == bytes.getInt(position + Integer.BYTES);
            UsageEntry row = whole ? RowLayout.read(bytes, begin, length) : null;
            if (row == null) {
                damaged += RowLayout.HEAD_BYTES + length;
            } else {
                rows.add(row);
            }
            position = begin + length;
        }
        return new Contents(rows, damaged);
    }

    /** Leaves the file for the next start. */
    void close() throws IOException {
        channel.close();
        OPEN.remove(path);
    }

    void delete() throws IOException {
        Files.deleteIfExists(path);
        close();
    }

    /** Puts the file where nobody reads it again, for a person to look at. */
    void setAside() throws IOException {
        Files.move(path, path.resolveSibling(path.getFileName() + DAMAGED_SUFFIX), StandardCopyOption.REPLACE_EXISTING);
        close();
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        // Held until the channel is closed or the process is gone.
        FileLock lock = channel.tryLock();
        return lock != null;
    }

    /** A new file's name survives a loss of power only once its directory is written. */
    private static void syncDirectory(Path path) throws IOException {
        Path directory = path.getParent();
        if (directory != null) {
            try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
