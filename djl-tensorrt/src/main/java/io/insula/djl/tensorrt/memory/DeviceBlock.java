package io.insula.djl.tensorrt.memory;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Device memory that is given back once: by the {@link #close} of its last owner, or by the garbage collector when everybody
 * forgot it.
 *
 * <p><b>Thread</b>: any may close. It is given back on its stream, after the work that was enqueued there.
 */
public final class DeviceBlock implements AutoCloseable {

    private static final Cleaner CLEANER = Cleaner.create(
            Thread.ofPlatform().name("tensorrt-lost-memory").daemon().factory());

    private final Lease lease;
    private final Cleaner.Cleanable cleanable;
    private final AtomicInteger owners = new AtomicInteger(1);

    @SuppressWarnings("this-escape")
    DeviceBlock(Lease lease) {
        this.lease = lease;
        this.cleanable = CLEANER.register(this, lease);
    }

    /** Its address; after {@link #close} it has none and this throws. */
    public long address() {
        if (lease.closed) {
            throw new IllegalStateException("The device memory was freed already: " + lease.holding.what());
        }
        return lease.address;
    }

    /** Its size as it was asked for. */
    public long sizeBytes() {
        return lease.holding.sizeBytes();
    }

    /** The stream that owns it: work of other streams on it must be fenced on both sides. */
    public DeviceStream stream() {
        return lease.stream;
    }

    /** One more owner, who closes it as well. */
    public DeviceBlock share() {
        if (owners.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
            throw new IllegalStateException("The device memory was freed already: " + lease.holding.what());
        }
        return this;
    }

    /** Copies from another block of the device, in order with the work of both streams. */
    public void copyFrom(long offset, DeviceBlock source, long sourceOffset, long sizeBytes) {
        requireRange(offset, sizeBytes);
        source.requireRange(sourceOffset, sizeBytes);
        long to = address() + offset;
        long from = source.address() + sourceOffset;
        try {
            stream().follow(source.stream());
            stream().submit(queue -> queue.copyOnDevice(to, from, sizeBytes));
            source.stream().follow(stream());
        } finally {
            // What is collected is freed, and the free must come after the copy and not between.
            Reference.reachabilityFence(this);
            Reference.reachabilityFence(source);
        }
    }

    /** Checks that a range lies within. */
    public void requireRange(long offset, long size) {
        if (offset < 0 || size < 0 || offset > sizeBytes() - size) {
            throw new IndexOutOfBoundsException("bytes " + offset + ".." + (offset + size) + " of "
                    + lease.holding.what() + ", " + sizeBytes() + " bytes (expected: within it)");
        }
    }

    /** One owner less. */
    @Override
    public void close() {
        if (owners.getAndUpdate(count -> Math.max(0, count - 1)) == 1) {
            lease.closed = true;
            cleanable.clean();
        }
    }

    /** What the cleaner needs to free a block without keeping the block alive. */
    static final class Lease implements Runnable {

        private final DeviceMemory memory;
        private final DeviceStream stream;
        private final long address;
        private final Holding holding;
        private volatile boolean closed;

        Lease(DeviceMemory memory, DeviceStream stream, long address, Holding holding) {
            this.memory = memory;
            this.stream = stream;
            this.address = address;
            this.holding = holding;
        }

        @Override
        public void run() {
            memory.giveBack(this, !closed);
        }

        DeviceStream stream() {
            return stream;
        }

        long address() {
            return address;
        }

        Holding holding() {
            return holding;
        }
    }
}
