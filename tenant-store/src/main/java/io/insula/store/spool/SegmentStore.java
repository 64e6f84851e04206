package io.insula.store.spool;

import io.insula.store.UsageEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one program: the one that is appended to, those whose rows are in memory, and those whose rows wait.
 *
 * <p><b>Thread:</b> the spool's, but for {@link #damagedBytes}.
 */
final class SegmentStore {

    private static final Logger LOG = LoggerFactory.getLogger(SegmentStore.class);

    /** A file smaller than this is not worth being emptied whenever all of its rows are in the ledger. */
    private static final long WORTH_EMPTYING_BYTES = 64L << 10;

    private static final int TRIES = 3;

    /** A file whose rows return to memory. */
    record Returned(Segment segment, List<UsageEntry> rows) {}

    private final SpoolConfig config;
    private final Deque<Segment> waiting = new ArrayDeque<>();
    private final List<Segment> inMemory = new ArrayList<>();
    private final AtomicLong damagedBytes = new AtomicLong();
    private @Nullable Segment active;

    SegmentStore(SpoolConfig config) {
        this.config = config;
    }

    long damagedBytes() {
        return damagedBytes.get();
    }

    /** Appends rows to the current file, or to a new one where that is full. */
    Segment append(List<UsageEntry> rows) throws IOException {
        if (active != null && active.file.size() >= config.fileBytes()) {
            seal(active.waiting > 0);
        }
        if (active == null) {
            active = new Segment(create());
        }
        active.file.append(rows);
        return active;
    }

    /** Ends the current file. */
    void seal(boolean rowsWait) {
        if (active == null) {
            return;
        }
        if (rowsWait) {
            waiting.add(active);
        } else {
            inMemory.add(active);
        }
        trySync(active);
        active = null;
    }

    /** Takes over what dead programs left in the directory. */
    void adoptLeftovers() {
        for (Path path : leftovers()) {
            try {
                SpoolFile file = SpoolFile.adopt(path);
                if (file != null) {
                    waiting.add(new Segment(file));
                }
            } catch (IOException e) {
                LOG.error("The usage rows in {} cannot be read", path, e);
            }
        }
    }

    /** The rows of the next file that waits; null when none does. */
    @Nullable
    Returned nextBack() {
        Segment next = waiting.poll();
        if (next == null) {
            return null;
        }
        try {
            SpoolFile.Contents contents = next.file.read();
            next.damagedBytes = contents.damagedBytes();
            if (next.damagedBytes > 0) {
                damagedBytes.addAndGet(next.damagedBytes);
                LOG.error(
                        "{} bytes of {} are no usage rows, or parts of one; {} rows are",
                        next.damagedBytes,
                        next.file.path(),
                        contents.rows().size());
            }
            inMemory.add(next);
            return new Returned(next, contents.rows());
        } catch (IOException e) {
            LOG.error("The usage rows in {} cannot be read; they are tried again later", next.file.path(), e);
            close(next);
            return new Returned(next, List.of());
        }
    }

    /** Drops the files whose rows are all in the ledger. */
    void dropSettled(boolean idle) {
        inMemory.removeIf(segment -> segment.unsettled.get() == 0 && drop(segment));
        if (idle
                && active != null
                && active.waiting == 0
                && active.unsettled.get() == 0
                && active.file.size() > WORTH_EMPTYING_BYTES) {
            try {
                active.file.empty();
            } catch (IOException e) {
                LOG.warn(
                        "{} cannot be emptied; its rows may be written twice, which does no harm",
                        active.file.path(),
                        e);
                seal(false);
            }
        }
    }

    boolean unsynced() {
        return active != null && active.file.unsynced();
    }

    void sync() {
        if (active != null) {
            trySync(active);
        }
    }

    /** Leaves the files whose rows are not all in the ledger. */
    void close() {
        seal(active != null && active.waiting > 0);
        dropSettled(false);
        inMemory.forEach(this::close);
        waiting.forEach(this::close);
    }

    private SpoolFile create() throws IOException {
        long used = config.fileBytes();
        for (Segment segment : waiting) {
            used += segment.file.size();
        }
        for (Segment segment : inMemory) {
            used += segment.file.size();
        }
        if (used > config.maxBytes()) {
            throw new IOException("the spool is full (expected: at most " + config.maxBytes() + " bytes)");
        }
        if (!Files.isDirectory(config.directory())) {
            Files.createDirectories(
                    config.directory(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        for (int tried = 1; ; tried++) {
            try {
                return SpoolFile.create(config.directory().resolve(UUID.randomUUID() + SpoolFile.SUFFIX));
            } catch (IOException e) {
                // Another program may have taken the new file for a dead one's before it was locked.
                if (tried == TRIES) {
                    throw e;
                }
            }
        }
    }

    private List<Path> leftovers() {
        if (!Files.isDirectory(config.directory())) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(config.directory())) {
            return files.filter(path -> path.toString().endsWith(SpoolFile.SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            LOG.error("{} cannot be searched for usage rows that an earlier program left", config.directory(), e);
            return List.of();
        }
    }

    private boolean drop(Segment segment) {
        try {
            if (segment.damagedBytes > 0) {
                segment.file.setAside();
            } else {
                segment.file.delete();
            }
            return true;
        } catch (IOException e) {
            LOG.warn("{} cannot be removed; its rows may be written again, which does no harm", segment.file.path(), e);
            close(segment);
            return true;
        }
    }

    private void close(Segment segment) {
        try {
            segment.file.close();
        } catch (IOException e) {
            LOG.warn("{} does not close", segment.file.path(), e);
        }
    }

    private static void trySync(Segment segment) {
        try {
            if (segment.file.unsynced()) {
                segment.file.sync();
            }
        } catch (IOException e) {
            LOG.error("The usage rows in {} would not survive a loss of power", segment.file.path(), e);
        }
    }
}
