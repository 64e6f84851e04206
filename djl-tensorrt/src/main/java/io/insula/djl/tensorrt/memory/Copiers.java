package io.insula.djl.tensorrt.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Threads that copy ranges of one large piece of host memory beside each other. They end when they have had nothing to do for a
 * while.
 *
 * <p><b>Thread</b>: any may share work; it does a part of it and returns when all of it is done.
 */
final class Copiers {

    private static final Logger LOG = LoggerFactory.getLogger(Copiers.class);
    private static final int MOST_THREADS = 4;
    private static final int IDLE_SECONDS = 10;
    /** Below, starting threads costs more than they save. */
    private static final int LEAST_CHUNKS = 4;

    private static final Thread ANOTHER = new Thread(() -> {});

    private final int threads;
    private final ThreadPoolExecutor pool;

    /** Work on one range, which begins so many bytes after the whole. */
    interface Range {
        void copy(MemorySegment part, long at);
    }

    /**
     * Copiers.
     *
     * @param threads how many copy at one time for one caller, itself included, at least 1
     */
    Copiers(int threads) {
        this(threads, Thread.ofPlatform().name("tensorrt-copy-", 0).daemon().factory());
    }

    Copiers(int threads, ThreadFactory factory) {
        this.threads = threads;
        this.pool = new ThreadPoolExecutor(
                Math.max(1, threads - 1),
                Math.max(1, threads - 1),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                factory);
        pool.allowCoreThreadTimeOut(true);
    }

    /** As many as the machine has processors to spare, and no more than can fill one chunk while another is on its way. */
    static Copiers fitting(int chunks) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new Copiers(Math.clamp(Math.min(processors, chunks) / 2, 1, MOST_THREADS));
    }

    /** Cuts memory into ranges of whole chunks, one for each thread; small memory stays in one piece. */
    void share(MemorySegment whole, long chunkBytes, Range range) {
        long chunks = Math.ceilDiv(whole.byteSize(), chunkBytes);
        if (threads == 1 || chunks < Math.max(threads, LEAST_CHUNKS) || whole.isReadOnly()) {
            range.copy(whole, 0);
            return;
        }
        MemorySegment shared = forAll(whole);
        long step = Math.ceilDiv(chunks, threads) * chunkBytes;
        List<FutureTask<Void>> others = new ArrayList<>();
        for (long at = step; at < whole.byteSize(); at += step) {
            long from = at;
            MemorySegment part = shared.asSlice(from, Math.min(step, whole.byteSize() - from));
            FutureTask<Void> task = new FutureTask<>(() -> range.copy(part, from), null);
            others.add(task);
            offer(task);
        }
        @Nullable Throwable failure = null;
        try {
            range.copy(whole.asSlice(0, step), 0);
        } catch (RuntimeException | Error mine) {
            failure = mine;
        }
        // All of them end before this does: the memory is the caller's again then.
        for (FutureTask<Void> task : others) {
            task.run(); // Here, if no thread has come to it yet.
            Throwable theirs = failureOf(task);
            failure = failure == null ? theirs : failure;
        }
        switch (failure) {
            case null -> {}
            case RuntimeException thrown -> throw thrown;
            case Error thrown -> throw thrown;
            default -> throw new IllegalStateException("copying failed", failure);
        }
    }

    /** A thread that cannot be had is no reason to leave the others alone with the memory: the caller does the work. */
    private void offer(Runnable task) {
        try {
            pool.execute(task);
        } catch (RuntimeException | OutOfMemoryError refused) {
            LOG.debug("no thread to copy with", refused);
        }
    }

    /** Memory of one thread only cannot be closed by others, and that thread waits here. */
    @SuppressWarnings("restricted")
    private static MemorySegment forAll(MemorySegment memory) {
        return memory.isAccessibleBy(ANOTHER) || !memory.isNative()
                ? memory
                : MemorySegment.ofAddress(memory.address()).reinterpret(memory.byteSize());
    }

    private static @Nullable Throwable failureOf(Future<Void> task) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    task.get();
                    return null;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    return e.getCause();
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
