package io.insula.store.spool;

import io.insula.store.UsageEntry;
import io.insula.store.UsageKeeper;
import io.insula.store.UsageWriter;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every usage row in a file from shortly after it was recorded until the ledger has it.
 *
 * <p>Rows go on to the writer as they come; while the ledger is away they wait in memory up to a bound, and beyond it in files
 * alone, from where they return as memory gets free. What a program leaves behind, however it ended, the next one to start on
 * its directory writes; so does any that runs there already. Writing a row twice does no harm.
 *
 * <p><b>Thread:</b> every method is safe on any thread and none blocks; files belong to a thread of the spool's own.
 *
 * <p><b>Errors:</b> rows that cannot be written to a file go to the writer without, up to the bound of memory; only beyond it
 * are rows lost, counted and logged.
 */
public final class UsageSpool implements UsageKeeper {

    private static final Logger LOG = LoggerFactory.getLogger(UsageSpool.class);
    private static final int BATCH = 512;
    private static final long LONGEST_CLOSE_SECONDS = 3600;
    private static final long LOOK_FOR_LEFTOVERS_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** A row, and who wants to know when it is safe. */
    private record Taken(UsageEntry entry, @Nullable Promise<Void> kept) {}

    private final UsageWriter writer;
    private final SpoolConfig config;
    private final SegmentStore segments;
    private final Queue<Taken> incoming = new ConcurrentLinkedQueue<>();
    private final AtomicInteger arriving = new AtomicInteger();
    private final AtomicInteger inMemory = new AtomicInteger();
    private final AtomicInteger inFiles = new AtomicInteger();
    private final AtomicLong recovered = new AtomicLong();
    private final AtomicLong unsafe = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final Promise<Void> closed = Promise.promise();
    private final Thread thread;
    private volatile boolean closing;

    // Touched by the spool's thread only.
    private boolean overflowing;
    private long syncAtNanos;
    private long lookAtNanos = System.nanoTime();

    private UsageSpool(UsageWriter writer, SpoolConfig config) {
        this.writer = writer;
        this.config = config;
        this.segments = new SegmentStore(config);
        this.thread = Thread.ofPlatform().name("insula-usage-spool").daemon().unstarted(this::run);
    }

    /** Starts to take rows, and to write those that earlier programs left. */
    public static UsageSpool open(UsageWriter writer, SpoolConfig config) {
        UsageSpool spool = new UsageSpool(writer, config);
        spool.thread.start();
        return spool;
    }

    /** Takes a row. */
    public void record(UsageEntry entry) {
        take(new Taken(entry, null));
    }

    @Override
    public Future<Void> keep(UsageEntry entry) {
        Promise<Void> kept = Promise.promise();
        take(new Taken(entry, kept));
        return kept.future();
    }

    /** Rows taken that are not in the ledger yet. */
    public int pending() {
        // In the order in which rows move, and they are counted where they go before they are not where they come from.
        int rows = arriving.get();
        rows += inFiles.get();
        return rows + inMemory.get();
    }

    /** Those of the pending rows that wait in files alone. */
    public int spooled() {
        return inFiles.get();
    }

    /** Rows found in what earlier programs had left. */
    public long recovered() {
        return recovered.get();
    }

    /** Bytes found in such files that were no rows, or only a part of one. */
    public long damagedBytes() {
        return segments.damagedBytes();
    }

    /** Rows that no file would take, and that this program's death could have lost. */
    public long unsafe() {
        return unsafe.get();
    }

    /** Rows that were given up; anything but zero wants a person's look. */
    public long lost() {
        return lost.get();
    }

    /** Writes what is pending, for as long as the writer does; the rest stays in files for the next start. */
    public Future<Void> close() {
        closing = true;
        LockSupport.unpark(thread);
        return closed.future();
    }

    private void take(Taken taken) {
        if (closing) {
            giveUp(List.of(taken), new IOException("the spool is closed"));
            return;
        }
        if (arriving.incrementAndGet() > config.maxRows()) {
            arriving.decrementAndGet();
            giveUp(List.of(taken), new IOException("the spool's files do not keep up"));
            return;
        }
        incoming.add(taken);
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            while (!closing || !incoming.isEmpty()) {
                if (!step()) {
                    pause();
                }
            }
            writer.close()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .completeOnTimeout(null, LONGEST_CLOSE_SECONDS, TimeUnit.SECONDS)
                    .join();
        } finally {
            closing = true;
            segments.close();
            int left = inMemory.get() + inFiles.get();
            if (left > 0) {
                LOG.warn("{} usage rows stay in {} for the next start", left, config.directory());
            }
            closed.complete();
        }
    }

    /** Whether there was anything to do. */
    private boolean step() {
        boolean stored = storeNext();
        boolean refilled = refill();
        segments.dropSettled(incoming.isEmpty());
        syncWhenDue();
        return stored || refilled;
    }

    private boolean storeNext() {
        List<Taken> batch = new ArrayList<>();
        for (Taken next = incoming.poll(); next != null; next = batch.size() < BATCH ? incoming.poll() : null) {
            batch.add(next);
        }
        if (batch.isEmpty()) {
            return false;
        }
        if (!overflowing && inMemory.get() + batch.size() > config.maxRows()) {
            overflow(true);
        }
        try {
            Segment segment = segments.append(batch.stream().map(Taken::entry).toList());
            if (overflowing) {
                segment.waiting += batch.size();
                inFiles.addAndGet(batch.size());
            } else {
                batch.forEach(taken -> handOn(taken.entry(), segment));
            }
            batch.stream().map(Taken::kept).forEach(kept -> {
                if (kept != null) {
                    kept.complete();
                }
            });
        } catch (IOException e) {
            withoutFile(batch, e);
        }
        // Only now: a row is counted somewhere all the time.
        arriving.addAndGet(-batch.size());
        return true;
    }

    private void overflow(boolean begins) {
        overflowing = begins;
        segments.seal(!begins);
        LOG.warn(
                begins ? "Usage rows wait in files now: {} are in memory" : "Usage rows return to memory: {} are there",
                inMemory.get());
    }

    private void handOn(UsageEntry entry, Segment segment) {
        segment.unsettled.incrementAndGet();
        inMemory.incrementAndGet();
        writer.write(entry, () -> {
            if (segment.unsettled.decrementAndGet() == 0) {
                LockSupport.unpark(thread);
            }
            settled();
        });
    }

    private void settled() {
        if (inMemory.decrementAndGet() == config.maxRows() / 2 - 1) {
            LockSupport.unpark(thread);
        }
    }

    private void withoutFile(List<Taken> batch, IOException cause) {
        if (inMemory.get() + batch.size() > config.maxRows()) {
            giveUp(batch, cause);
            return;
        }
        long before = unsafe.getAndAdd(batch.size());
        if (Long.highestOneBit(before) != Long.highestOneBit(before + batch.size())) {
            LOG.error("{} usage rows are in no file, the ledger gets them from memory", before + batch.size(), cause);
        }
        for (Taken taken : batch) {
            inMemory.incrementAndGet();
            writer.write(taken.entry(), this::settled);
            fail(taken, cause);
        }
    }

    private void giveUp(List<Taken> batch, IOException cause) {
        long before = lost.getAndAdd(batch.size());
        long now = before + batch.size();
        // A flood of losses must not become a flood of lines.
        if (Long.highestOneBit(before) != Long.highestOneBit(now)) {
            LOG.error("{} usage rows are lost since the start, {} are pending", now, pending(), cause);
        }
        batch.forEach(taken -> fail(taken, cause));
    }

    private static void fail(Taken taken, IOException cause) {
        if (taken.kept() != null) {
            taken.kept().fail(cause);
        }
    }

    /** Brings rows back from a file when half of memory is free. */
    private boolean refill() {
        long now = System.nanoTime();
        if (now - lookAtNanos >= 0) {
            lookAtNanos = now + LOOK_FOR_LEFTOVERS_NANOS;
            segments.adoptLeftovers();
        }
        if (inMemory.get() >= config.maxRows() / 2 || closing) {
            return false;
        }
        if (overflowing) {
            overflow(false);
        }
        SegmentStore.Returned returned = segments.nextBack();
        if (returned == null) {
            return false;
        }
        if (returned.segment().waiting == 0) {
            recovered.addAndGet(returned.rows().size());
        }
        returned.rows().forEach(row -> handOn(row, returned.segment()));
        inFiles.addAndGet(-returned.segment().waiting);
        return true;
    }

    private void syncWhenDue() {
        if (!segments.unsynced()) {
            return;
        }
        long now = System.nanoTime();
        if (syncAtNanos == 0) {
            syncAtNanos = now + config.syncInterval().toNanos();
        } else if (now - syncAtNanos >= 0) {
            syncAtNanos = 0;
            segments.sync();
        }
    }

    private void pause() {
        long untilLook = lookAtNanos - System.nanoTime();
        long untilSync = segments.unsynced() ? syncAtNanos - System.nanoTime() : untilLook;
        LockSupport.parkNanos(this, Math.max(1, Math.min(untilLook, untilSync)));
    }
}
