package io.insula.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries usage rows to the ledger in batches, off the path of the requests that they tell of.
 *
 * <p>While the ledger is away rows wait in memory: those of a keeper, who has them elsewhere too, and others up to a bound,
 * beyond which they are lost, counted and logged. A row that the ledger refuses is singled out, so that it does not hold up
 * the others of its batch.
 *
 * <p><b>Thread:</b> {@link #record} and the counts are safe on any thread; writing happens on a context of its own.
 *
 * <p><b>Order:</b> rows are written roughly as they come; each at least once, which the ledger makes exactly once.
 */
public final class UsageWriter {

    private static final Logger LOG = LoggerFactory.getLogger(UsageWriter.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /** A row, and who keeps it until it is settled; null where nobody does. */
    private record Row(UsageEntry entry, @Nullable Runnable settled) {}

    private final Vertx vertx;
    private final Context context;
    private final UsageLedger ledger;
    private final UsageWriterConfig config;
    private final long timer;

    private final Queue<Row> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicInteger unkept = new AtomicInteger();
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private volatile boolean closed;

    // Touched on the context only.
    private final Deque<List<Row>> unwritten = new ArrayDeque<>();
    private boolean writing;
    private boolean abandoned;
    private long pauseMillis = FIRST_PAUSE_MILLIS;
    private @Nullable Promise<Void> drained;

    public UsageWriter(Vertx vertx, UsageLedger ledger, UsageWriterConfig config) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.ledger = ledger;
        this.config = config;
        this.timer = vertx.setPeriodic(
                config.flushInterval().toMillis(), ignored -> context.runOnContext(now -> writeNext()));
    }

    /** Takes a row; never blocks and never fails. */
    public void record(UsageEntry entry) {
        int now = pending.incrementAndGet();
        if (closed || now > config.maxPending()) {
            pending.decrementAndGet();
            countLost(1, closed ? "the writer is closed" : "the ledger has been away too long");
            return;
        }
        unkept.incrementAndGet();
        add(new Row(entry, null), now);
    }

    /**
     * Takes a row of one who keeps it and bounds their number himself; never blocks and never fails. A row that is not settled
     * when the writer closes stays with its keeper, and is not lost.
     *
     * @param settled called once the ledger has the row, or has refused it for good
     */
    public void write(UsageEntry entry, Runnable settled) {
        add(new Row(entry, settled), pending.incrementAndGet());
    }

    private void add(Row row, int now) {
        queue.add(row);
        if (now % config.batchSize() == 0) {
            context.runOnContext(ignored -> writeNext());
        }
    }

    /** Rows taken that are not in the ledger yet. */
    public int pending() {
        return pending.get();
    }

    /** Rows handed to the ledger since the start. */
    public long written() {
        return written.get();
    }

    /** Rows that were given up since the start; anything but zero wants a person's look. */
    public long lost() {
        return lost.get();
    }

    /** Writes what is pending, for a limited time; rows recorded later are lost. */
    public Future<Void> close() {
        Promise<Void> end = Promise.promise();
        context.runOnContext(ignored -> {
            if (closed) {
                end.complete();
                return;
            }
            closed = true;
            vertx.cancelTimer(timer);
            drained = Promise.promise();
            drained.future()
                    .timeout(config.closeLimit().toMillis(), TimeUnit.MILLISECONDS)
                    .recover(late -> abandoned())
                    .onComplete(end);
            writeNext();
        });
        return end.future();
    }

    /** What was not written in time stays with its keeper; it is the next start's. */
    private Future<Void> abandoned() {
        Promise<Void> done = Promise.promise();
        context.runOnContext(now -> {
            abandoned = true;
            int rows = unkept.get();
            if (rows > 0) {
                countLost(rows, "the ledger was away at the end");
            }
            done.complete();
        });
        return done.future();
    }

    private void writeNext() {
        if (writing || abandoned) {
            return;
        }
        List<Row> batch = nextBatch();
        if (batch.isEmpty()) {
            if (drained != null) {
                drained.tryComplete();
            }
            return;
        }
        writing = true;
        Future.<Void>succeededFuture()
                .compose(ignored -> ledger.append(batch.stream().map(Row::entry).toList()))
                .onComplete(result -> context.runOnContext(ignored -> {
                    if (result.succeeded()) {
                        onWritten(batch);
                    } else {
                        onFailure(batch, result.cause());
                    }
                }));
    }

    private List<Row> nextBatch() {
        if (!unwritten.isEmpty()) {
            return unwritten.removeFirst();
        }
        List<Row> batch = new ArrayList<>();
        while (batch.size() < config.batchSize()) {
            Row row = queue.poll();
            if (row == null) {
                break;
            }
            batch.add(row);
        }
        return batch;
    }

    private void onWritten(List<Row> batch) {
        writing = false;
        pauseMillis = FIRST_PAUSE_MILLIS;
        written.addAndGet(batch.size());
        settle(batch);
        if (closed || !unwritten.isEmpty() || pending.get() >= config.batchSize()) {
            writeNext();
        }
    }

    private void settle(List<Row> rows) {
        pending.addAndGet(-rows.size());
        for (Row row : rows) {
            Runnable settled = row.settled();
            if (settled == null) {
                unkept.decrementAndGet();
            } else {
                settled.run();
            }
        }
    }

    private void onFailure(List<Row> batch, Throwable cause) {
        if (cause instanceof StoreException && !(cause instanceof StoreUnavailable)) {
            writing = false;
            singleOut(batch, cause);
            writeNext();
            return;
        }
        unwritten.addFirst(batch);
        LOG.warn(
                "{} usage rows wait for the ledger; next attempt in {} ms: {}",
                pending.get(),
                pauseMillis,
                cause.getMessage());
        vertx.setTimer(
                pauseMillis,
                ignored -> context.runOnContext(now -> {
                    writing = false;
                    writeNext();
                }));
        pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
    }

    private void singleOut(List<Row> batch, Throwable cause) {
        if (batch.size() == 1) {
            LOG.error(
                    "The ledger refuses this row for good: {}", batch.getFirst().entry(), cause);
            lost.incrementAndGet();
            settle(batch);
            return;
        }
        int middle = batch.size() / 2;
        unwritten.addFirst(batch.subList(middle, batch.size()));
        unwritten.addFirst(batch.subList(0, middle));
    }

    /** Logs at 1, 2, 4, 8, … lost rows: a flood of losses must not become a flood of lines. */
    private void countLost(int rows, String reason) {
        long before = lost.getAndAdd(rows);
        long now = before + rows;
        if (Long.highestOneBit(before) != Long.highestOneBit(now)) {
            LOG.error("{} usage rows are lost since the start, {} are pending: {}", now, pending.get(), reason);
        }
    }
}
