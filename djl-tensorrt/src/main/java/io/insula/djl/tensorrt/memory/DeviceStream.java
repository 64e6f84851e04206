package io.insula.djl.tensorrt.memory;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaEvent;
import io.insula.djl.tensorrt.cuda.CudaGraph;
import io.insula.djl.tensorrt.cuda.CudaStream;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * A stream that several threads may use: what one enqueues in a piece, nobody else gets between.
 *
 * <p>It lives as long as its device, because memory is given back on the stream that it was taken on, however late.
 *
 * <p><b>Thread</b>: any. A capture keeps everybody else out until it ends.
 */
public final class DeviceStream {

    private final Cuda cuda;
    private final CudaStream stream;
    private final ReentrantLock lock = new ReentrantLock();
    /** As many as threads ever waited at one time: one is not made and destroyed for each wait. */
    private final ConcurrentLinkedDeque<CudaEvent> events = new ConcurrentLinkedDeque<>();

    DeviceStream(Cuda cuda, CudaStream stream) {
        this.cuda = cuda;
        this.stream = stream;
    }

    /** The device that runs the work. */
    public int device() {
        return stream.device();
    }

    /** Enqueues several pieces of work, one right after the other. */
    public void submit(Consumer<CudaStream> work) {
        lock.lock();
        try {
            work.accept(stream);
        } finally {
            lock.unlock();
        }
    }

    /** Records what the work enqueues instead of running it, see {@link CudaStream#capture}. */
    public CudaGraph capture(Consumer<CudaStream> work) {
        lock.lock();
        try {
            return stream.capture(() -> work.accept(stream));
        } finally {
            lock.unlock();
        }
    }

    /** Work enqueued here from now on runs after what the other stream holds by now. The host does not wait. */
    public void follow(DeviceStream other) {
        if (other == this) {
            return;
        }
        withEvent(event -> {
            other.submit(theirs -> theirs.record(event));
            submit(ours -> ours.waitFor(event));
        });
    }

    /** Waits until everything enqueued by now has run. */
    public void synchronize() {
        // Not by the stream itself: a wait would break a capture that another thread begins meanwhile.
        withEvent(event -> {
            submit(ours -> ours.record(event));
            event.await();
        });
    }

    /** Whether the calling thread is within {@link #submit} or {@link #capture} and so keeps others out. */
    boolean heldByCaller() {
        return lock.isHeldByCurrentThread();
    }

    /** Recording an event anew leaves those alone who wait for what it was recorded for before. */
    private void withEvent(Consumer<CudaEvent> use) {
        CudaEvent kept = events.pollFirst();
        CudaEvent event = kept == null ? cuda.newEvent(device()) : kept;
        boolean usable = false;
        try {
            use.accept(event);
            usable = true;
        } finally {
            if (usable) {
                events.addFirst(event);
            } else {
                event.close();
            }
        }
    }

    long allocate(long sizeBytes) {
        lock.lock();
        try {
            return stream.allocate(sizeBytes);
        } finally {
            lock.unlock();
        }
    }

    void free(long address) {
        submit(ours -> ours.free(address));
    }
}
