package io.insula.inference.embed;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Holds one model's jobs until its device thread takes them, a batch's worth at a time, in the order they came.
 *
 * <p>Room is taken before a text is tokenized and given back when its job is taken.
 *
 * <p><b>Thread:</b> any.
 */
final class EmbeddingQueue {

    private final int capacity;
    private final int batchTokens;
    private final Deque<EmbeddingJob> jobs = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private int taken;
    private boolean closing;
    private boolean started;

    EmbeddingQueue(EmbeddingConfig config) {
        this.capacity = config.queueTexts();
        this.batchTokens = config.batchTokens();
    }

    /** Takes room for texts; a command of more texts than there is room at all is taken when nothing else waits. */
    boolean reserve(int texts) {
        lock.lock();
        try {
            if (closing || (taken > 0 && taken + (long) texts > capacity)) {
                return false;
            }
            taken += texts;
            return true;
        } finally {
            lock.unlock();
        }
    }

    void giveBack(int texts) {
        lock.lock();
        try {
            taken -= texts;
        } finally {
            lock.unlock();
        }
    }

    /** Adds a job that room was taken for; the first starts the device thread. False once this is closed. */
    boolean add(EmbeddingJob job, Consumer<EmbeddingQueue> deviceThread) {
        lock.lock();
        try {
            if (closing) {
                return false;
            }
            jobs.add(job);
            changed.signal();
            if (!started) {
                started = true;
                Thread.ofPlatform().name("insula-embedding").daemon().start(() -> deviceThread.accept(this));
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for jobs and takes as many as one run can compute, at least one; none once this is closed. */
    List<EmbeddingJob> take() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (jobs.isEmpty() && !closing) {
                changed.await();
            }
            List<EmbeddingJob> next = new ArrayList<>();
            int tokens = 0;
            while (!closing
                    && !jobs.isEmpty()
                    && (next.isEmpty() || tokens + jobs.element().tokens() <= batchTokens)) {
                EmbeddingJob job = jobs.remove();
                tokens += job.tokens();
                taken -= job.texts().size();
                next.add(job);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    int queuedTexts() {
        lock.lock();
        try {
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new jobs and gives back those that wait; {@link #closed} completes when the device thread has ended. */
    List<EmbeddingJob> close() {
        lock.lock();
        try {
            closing = true;
            changed.signal();
            List<EmbeddingJob> left = List.copyOf(jobs);
            jobs.clear();
            if (!started) {
                closed.complete(null);
            }
            return left;
        } finally {
            lock.unlock();
        }
    }

    /** The device thread's last word. */
    void ended() {
        closed.complete(null);
    }

    CompletableFuture<Void> closed() {
        return closed.copy();
    }
}
