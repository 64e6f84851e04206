package io.insula.djl.tensorrt.memory;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaException;
import io.insula.djl.tensorrt.cuda.MemoryInfo;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes memory of one device and keeps accounts of it.
 *
 * <p><b>Units</b>: bytes, as longs: a block may be as large as the device.
 *
 * <p><b>Errors</b>: {@link CudaException} that also tells what this engine holds and what the device has left.
 */
public final class DeviceMemory {

    private static final Logger LOG = LoggerFactory.getLogger(DeviceMemory.class);

    private final Cuda cuda;
    private final int device;
    private final boolean recordOrigins;
    private final Set<DeviceBlock.Lease> live = ConcurrentHashMap.newKeySet();
    private final AtomicLong liveBytes = new AtomicLong();
    private final AtomicLong peakBytes = new AtomicLong();
    private final AtomicLong lostBlocks = new AtomicLong();

    DeviceMemory(Cuda cuda, int device, boolean recordOrigins) {
        this.cuda = cuda;
        this.device = device;
        this.recordOrigins = recordOrigins;
    }

    /**
     * Takes a block that work enqueued on the stream from now on may use.
     *
     * @param what what it is for, for messages
     */
    public DeviceBlock allocate(DeviceStream stream, long sizeBytes, String what) {
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes: " + sizeBytes + " (expected: 0 or more)");
        }
        // Even an empty tensor is bound to an address.
        long address = take(stream, Math.max(1, sizeBytes), what);
        Throwable where = recordOrigins ? new Throwable(what) : null;
        DeviceBlock.Lease lease = new DeviceBlock.Lease(this, stream, address, new Holding(what, sizeBytes, where));
        live.add(lease);
        long held = liveBytes.addAndGet(sizeBytes);
        peakBytes.accumulateAndGet(held, Math::max);
        return new DeviceBlock(lease);
    }

    /** What is held now. */
    public MemoryAccount account() {
        return new MemoryAccount(liveBytes.get(), live.size(), peakBytes.get(), lostBlocks.get());
    }

    /** Every block that was not given back, largest first; with where it was taken if origins are recorded. */
    public List<Holding> holdings() {
        return live.stream()
                .map(DeviceBlock.Lease::holding)
                .sorted((a, b) -> Long.compare(b.sizeBytes(), a.sizeBytes()))
                .toList();
    }

    void giveBack(DeviceBlock.Lease lease, boolean lost) {
        if (!live.remove(lease)) {
            return;
        }
        liveBytes.addAndGet(-lease.holding().sizeBytes());
        if (lost) {
            lostBlocks.incrementAndGet();
            LOG.warn("Nobody closed {}; it is freed now.", lease.holding());
        }
        try {
            lease.stream().free(lease.address());
        } catch (CudaException failure) {
            LOG.error("{} could not be freed.", lease.holding().what(), failure);
        }
    }

    private long take(DeviceStream stream, long sizeBytes, String what) {
        try {
            return stream.allocate(sizeBytes);
        } catch (CudaException failure) {
            if (!failure.outOfMemory()) {
                throw failure;
            }
        }
        // Memory that was freed but has not come back yet, or that the pool kept, may be enough.
        cuda.synchronize(device);
        cuda.trimPool(device);
        try {
            return stream.allocate(sizeBytes);
        } catch (CudaException failure) {
            if (!failure.outOfMemory()) {
                throw failure;
            }
            MemoryInfo left = cuda.memory(device);
            MemoryAccount account = account();
            throw new CudaException(
                    failure.code(),
                    what + ": " + failure.getMessage() + " (free: " + left.freeBytes() + " of " + left.totalBytes()
                            + " bytes; this engine's arrays hold " + account.liveBytes() + " bytes in "
                            + account.liveBlocks() + " blocks)");
        }
    }
}
