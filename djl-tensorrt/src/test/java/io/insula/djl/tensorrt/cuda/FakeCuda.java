package io.insula.djl.tensorrt.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A device that stores bytes and is as lazy as a real one may be: enqueued work runs only when somebody waits for it, so that a
 * missing wait is seen as stale bytes and memory that was freed too early as an error.
 *
 * <p>Every address outside a living block, host memory that was closed before its copy ran, and work of a graph on freed memory
 * throw.
 */
public final class FakeCuda implements Cuda {

    private static final long FIRST_ADDRESS = 0x7_0000_0000L;
    private static final long ALIGNMENT = 512;

    private final int devices;
    private final long totalBytes;
    private final TreeMap<Long, MemorySegment> blocks = new TreeMap<>();
    private final List<FakeStream> streams = new ArrayList<>();
    private final AtomicInteger pinned = new AtomicInteger();
    private long nextAddress = FIRST_ADDRESS;
    private long usedBytes;
    private int trims;
    private volatile boolean broken;
    private volatile boolean withoutEvents;

    public FakeCuda(int devices, long totalBytes) {
        this.devices = devices;
        this.totalBytes = totalBytes;
    }

    /** From now on every wait fails, as after a fault of the device. */
    public void breakDown(boolean down) {
        broken = down;
    }

    /** Whether events cannot be made. */
    public void withoutEvents(boolean none) {
        withoutEvents = none;
    }

    public synchronized int liveBlocks() {
        return blocks.size();
    }

    public synchronized long usedBytes() {
        return usedBytes;
    }

    public synchronized int trims() {
        return trims;
    }

    public int livePinned() {
        return pinned.get();
    }

    public synchronized int streams() {
        return streams.size();
    }

    /** The bytes at an address, which must lie within one living block. */
    public synchronized MemorySegment at(long address, long sizeBytes) {
        Map.Entry<Long, MemorySegment> block = blocks.floorEntry(address);
        if (block == null
                || address - block.getKey() + sizeBytes > block.getValue().byteSize()) {
            throw new CudaException(700, "an illegal memory access: " + sizeBytes + " bytes at " + address);
        }
        return block.getValue().asSlice(address - block.getKey(), sizeBytes);
    }

    @Override
    public int deviceCount() {
        return devices;
    }

    @Override
    public DeviceInfo describe(int device) {
        return new DeviceInfo(device, "Fake GPU", 9, 0, 132, totalBytes);
    }

    @Override
    public synchronized MemoryInfo memory(int device) {
        return new MemoryInfo(totalBytes - usedBytes, totalBytes);
    }

    @Override
    public void use(int device) {
        if (device < 0 || device >= devices) {
            throw new CudaException(
                    101, "selecting device " + device + ": cudaErrorInvalidDevice, invalid device ordinal");
        }
    }

    @Override
    public synchronized long allocate(int device, long sizeBytes) {
        if (sizeBytes > totalBytes - usedBytes) {
            throw new CudaException(2, "allocating " + sizeBytes + " bytes: cudaErrorMemoryAllocation, out of memory");
        }
        long address = nextAddress;
        nextAddress += (sizeBytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
        // Filled with rubbish, as memory of a device is.
        MemorySegment memory = Arena.ofAuto().allocate(sizeBytes, 8).fill((byte) 0xa5);
        blocks.put(address, memory);
        usedBytes += sizeBytes;
        return address;
    }

    @Override
    public synchronized void free(int device, long address) {
        MemorySegment block = blocks.remove(address);
        if (block == null) {
            throw new CudaException(1, "freeing memory: cudaErrorInvalidValue, no block begins at " + address);
        }
        usedBytes -= block.byteSize();
    }

    @Override
    public synchronized void trimPool(int device) {
        trims++;
    }

    @Override
    public PinnedMemory allocatePinned(long sizeBytes) {
        pinned.incrementAndGet();
        Arena arena = Arena.ofShared();
        MemorySegment segment = arena.allocate(sizeBytes, 8);
        return new PinnedMemory() {
            private boolean closed;

            @Override
            public MemorySegment segment() {
                return segment;
            }

            @Override
            public synchronized void close() {
                if (!closed) {
                    closed = true;
                    arena.close();
                    pinned.decrementAndGet();
                }
            }
        };
    }

    @Override
    public synchronized CudaStream newStream(int device) {
        FakeStream stream = new FakeStream(device);
        streams.add(stream);
        return stream;
    }

    @Override
    public CudaEvent newEvent(int device) {
        if (withoutEvents) {
            throw new CudaException(2, "creating an event: cudaErrorMemoryAllocation, out of memory");
        }
        return new FakeEvent(device);
    }

    @Override
    public void synchronize(int device) {
        List<FakeStream> all;
        synchronized (this) {
            all = List.copyOf(streams);
        }
        all.stream().filter(stream -> stream.device() == device).forEach(FakeStream::synchronize);
    }

    @Override
    public int driverVersion() {
        return 13_000;
    }

    @Override
    public int runtimeVersion() {
        return 13_010;
    }

    /** The point of a stream up to which work must have run. */
    private final class FakeEvent implements CudaEvent {

        private final int device;
        private volatile @Nullable FakeStream stream;
        private volatile long point;

        private FakeEvent(int device) {
            this.device = device;
        }

        @Override
        public boolean reached() {
            FakeStream recorded = stream;
            return recorded == null || recorded.ran(point);
        }

        @Override
        public void await() {
            if (broken) {
                throw new CudaException(700, "waiting for an event: cudaErrorIllegalAddress, an illegal memory access");
            }
            FakeStream recorded = stream;
            if (recorded != null) {
                recorded.runTo(point);
            }
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }

    /** A queue that runs when somebody waits. */
    public final class FakeStream implements CudaStream {

        private final int device;
        private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
        private @Nullable List<Runnable> capturing;
        private long enqueued;
        private long ran;

        private FakeStream(int device) {
            this.device = device;
        }

        /** Enqueues work of a fake network. */
        public void enqueue(Runnable work) {
            synchronized (FakeCuda.this) {
                if (capturing != null) {
                    capturing.add(work);
                } else {
                    queue.add(work);
                    enqueued++;
                }
            }
        }

        boolean ran(long point) {
            synchronized (FakeCuda.this) {
                return ran >= point;
            }
        }

        void runTo(long point) {
            synchronized (FakeCuda.this) {
                while (ran < point) {
                    // Counted first: work that fails is gone, as on a device.
                    ran++;
                    queue.remove().run();
                }
            }
        }

        @Override
        public int device() {
            return device;
        }

        @Override
        public long handle() {
            return System.identityHashCode(this);
        }

        @Override
        public long allocate(long sizeBytes) {
            requireNoCapture("an allocation");
            return FakeCuda.this.allocate(device, sizeBytes);
        }

        @Override
        public void free(long address) {
            requireNoCapture("a free");
            enqueue(() -> FakeCuda.this.free(device, address));
        }

        @Override
        public void copyToDevice(long target, MemorySegment source) {
            enqueue(() -> at(target, source.byteSize()).copyFrom(source));
        }

        @Override
        public void copyToHost(MemorySegment target, long source) {
            enqueue(() -> target.copyFrom(at(source, target.byteSize())));
        }

        @Override
        public void copyOnDevice(long target, long source, long sizeBytes) {
            enqueue(() -> at(target, sizeBytes).copyFrom(at(source, sizeBytes)));
        }

        @Override
        public void copyRows(long target, long targetPitch, long source, long sourcePitch, long rowBytes, long rows) {
            if (rowBytes > targetPitch || rowBytes > sourcePitch) {
                throw new CudaException(12, "copying rows: cudaErrorInvalidPitchValue, invalid pitch argument");
            }
            for (long row = 0; row < rows; row++) {
                copyOnDevice(target + row * targetPitch, source + row * sourcePitch, rowBytes);
            }
        }

        @Override
        public void fill(long address, int value, long sizeBytes) {
            enqueue(() -> at(address, sizeBytes).fill((byte) value));
        }

        @Override
        public void record(CudaEvent event) {
            synchronized (FakeCuda.this) {
                FakeEvent fake = (FakeEvent) event;
                if (fake.device != device) {
                    throw new CudaException(400, "recording an event: cudaErrorInvalidResourceHandle");
                }
                fake.point = enqueued;
                fake.stream = this;
            }
        }

        @Override
        public void waitFor(CudaEvent event) {
            FakeEvent fake = (FakeEvent) event;
            FakeStream other = fake.stream;
            long point = fake.point;
            enqueue(() -> {
                if (other != null) {
                    other.runTo(point);
                }
            });
        }

        @Override
        public void synchronize() {
            synchronized (FakeCuda.this) {
                requireNoCapture("a wait");
                runTo(enqueued);
            }
        }

        @Override
        public boolean idle() {
            synchronized (FakeCuda.this) {
                return ran == enqueued;
            }
        }

        @Override
        public CudaGraph capture(Runnable work) {
            synchronized (FakeCuda.this) {
                requireNoCapture("a capture");
                List<Runnable> recorded = new ArrayList<>();
                capturing = recorded;
                try {
                    work.run();
                } finally {
                    capturing = null;
                }
                return new CudaGraph() {
                    @Override
                    public void launch(CudaStream stream) {
                        recorded.forEach(((FakeStream) stream)::enqueue);
                    }

                    @Override
                    public void close() {
                        recorded.clear();
                    }
                };
            }
        }

        @Override
        public void close() {
            synchronized (FakeCuda.this) {
                streams.remove(this);
            }
        }

        private void requireNoCapture(String what) {
            synchronized (FakeCuda.this) {
                if (capturing != null) {
                    throw new CudaException(
                            900, what + ": cudaErrorStreamCaptureUnsupported, not permitted while capturing");
                }
            }
        }
    }
}
