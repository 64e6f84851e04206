package io.insula.djl.tensorrt.cuda;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A device that stores bytes and is as lazy as a real one may be: enqueued work runs only when somebody waits for it, so that a
 * missing wait is seen as stale bytes and memory that was freed too early as an error.
 *
 * <p>Every address outside a living block, host memory that was closed before its copy ran, work of a graph on freed memory,
 * copies whose source and target overlap, and whatever was closed before throw. Allocations fail on demand.
 */
public final class FakeCuda implements Cuda {

    /** A copy of rows on the device, as it was asked for. */
    public record RowCopy(RowBlocks target, RowBlocks source, long rowBytes, long rows, long blocks) {}

    private static final long FIRST_ADDRESS = 0x7_0000_0000L;
    private static final long ALIGNMENT = 512;

    private final int devices;
    private final long totalBytes;
    private final TreeMap<Long, MemorySegment> blocks = new TreeMap<>();
    private final List<FakeStream> streams = new ArrayList<>();
    private final AtomicInteger pinned = new AtomicInteger();
    private final AtomicInteger events = new AtomicInteger();
    private final AtomicInteger graphs = new AtomicInteger();
    private final AtomicLong pinnedBytes = new AtomicLong();
    private final AtomicLong sentBytes = new AtomicLong();
    private UnaryOperator<RowCopy> fault = UnaryOperator.identity();
    private int allocations;
    private int failingAllocation;
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

    /** How often memory of the device or page-locked memory was asked for. */
    public synchronized int allocations() {
        return allocations;
    }

    /** Lets one allocation fail, of the device or of page-locked memory: the next one is number 1. 0: none. */
    public synchronized void failAllocation(int number) {
        failingAllocation = number == 0 ? 0 : allocations + number;
    }

    /** Plants a fault: every copy of rows from now on is another one, of no rows where it is to be forgotten. */
    public synchronized void alterCopies(UnaryOperator<RowCopy> change) {
        fault = change;
    }

    public long livePinnedBytes() {
        return pinnedBytes.get();
    }

    /** What was copied to the host so far. */
    public long sentBytes() {
        return sentBytes.get();
    }

    public int liveEvents() {
        return events.get();
    }

    public int liveGraphs() {
        return graphs.get();
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
        countAllocation(sizeBytes);
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

    private synchronized void countAllocation(long sizeBytes) {
        allocations++;
        if (allocations == failingAllocation) {
            throw new CudaException(2, "allocating " + sizeBytes + " bytes: cudaErrorMemoryAllocation, out of memory");
        }
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
        countAllocation(sizeBytes);
        pinned.incrementAndGet();
        pinnedBytes.addAndGet(sizeBytes);
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
                    pinnedBytes.addAndGet(-sizeBytes);
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
        private boolean closed;

        private FakeEvent(int device) {
            this.device = device;
            events.incrementAndGet();
        }

        @Override
        public boolean reached() {
            requireOpen();
            FakeStream recorded = stream;
            return recorded == null || recorded.ran(point);
        }

        @Override
        public void await() {
            requireOpen();
            if (broken) {
                throw new CudaException(700, "waiting for an event: cudaErrorIllegalAddress, an illegal memory access");
            }
            FakeStream recorded = stream;
            if (recorded != null) {
                recorded.runTo(point);
            }
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                events.decrementAndGet();
            }
        }

        private synchronized void requireOpen() {
            if (closed) {
                throw new AssertionError("use of an event that was closed");
            }
        }
    }

    /** A queue that runs when somebody waits. */
    public final class FakeStream implements CudaStream {

        private final int device;
        private final ArrayDeque<Runnable> queue = new ArrayDeque<>();
        private @Nullable List<Runnable> capturing;
        private long enqueued;
        private long ran;
        private boolean closed;

        private FakeStream(int device) {
            this.device = device;
        }

        /** Enqueues work of a fake network. */
        public void enqueue(Runnable work) {
            synchronized (FakeCuda.this) {
                requireOpen();
                if (capturing != null) {
                    capturing.add(work);
                } else {
                    queue.add(work);
                    enqueued++;
                }
            }
        }

        /** Whether what is enqueued is recorded instead of run. */
        public boolean isCapturing() {
            synchronized (FakeCuda.this) {
                return capturing != null;
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
            enqueue(() -> {
                target.copyFrom(at(source, target.byteSize()));
                sentBytes.addAndGet(target.byteSize());
            });
        }

        @Override
        public void copyOnDevice(long target, long source, long sizeBytes) {
            enqueue(() -> copyRow(target, source, sizeBytes));
        }

        private void copyRow(long target, long source, long sizeBytes) {
            if (Math.abs(target - source) < sizeBytes) {
                throw new AssertionError("a copy of " + sizeBytes + " bytes from " + source + " overlaps " + target);
            }
            at(target, sizeBytes).copyFrom(at(source, sizeBytes));
        }

        @Override
        public void copyRows(long target, long targetPitch, long source, long sourcePitch, long rowBytes, long rows) {
            if (rowBytes > targetPitch || rowBytes > sourcePitch) {
                throw new CudaException(12, "copying rows: cudaErrorInvalidPitchValue, invalid pitch argument");
            }
            copy(new RowCopy(
                    new RowBlocks(target, targetPitch, Math.max(1, rows)),
                    new RowBlocks(source, sourcePitch, Math.max(1, rows)),
                    rowBytes,
                    rows,
                    1));
        }

        @Override
        public void copyBlocks(RowBlocks target, RowBlocks source, long rowBytes, long rows, long blocks) {
            if (rowBytes > target.pitch()
                    || rowBytes > source.pitch()
                    || rows > target.blockRows()
                    || rows > source.blockRows()) {
                throw new CudaException(12, "copying blocks: cudaErrorInvalidPitchValue, invalid pitch argument");
            }
            copy(new RowCopy(target, source, rowBytes, rows, blocks));
        }

        /** A device copies rows in any order: what one writes, none may read. */
        private void copy(RowCopy asked) {
            RowCopy copy;
            synchronized (FakeCuda.this) {
                copy = fault.apply(asked);
            }
            long rows = copy.rows();
            enqueue(() -> {
                TreeMap<Long, Long> written = new TreeMap<>();
                for (long i = 0; i < rows * copy.blocks(); i++) {
                    written.put(copy.target().row(i / rows, i % rows), i);
                }
                for (long i = 0; i < rows * copy.blocks(); i++) {
                    long from = copy.source().row(i / rows, i % rows);
                    Long before = written.lowerKey(from + copy.rowBytes());
                    if (before != null && before + copy.rowBytes() > from) {
                        throw new AssertionError("a copy of rows overlaps itself at " + from);
                    }
                }
                for (long i = 0; i < rows * copy.blocks(); i++) {
                    copyRow(
                            copy.target().row(i / rows, i % rows),
                            copy.source().row(i / rows, i % rows),
                            copy.rowBytes());
                }
            });
        }

        @Override
        public void fill(long address, int value, long sizeBytes) {
            enqueue(() -> at(address, sizeBytes).fill((byte) value));
        }

        @Override
        public void record(CudaEvent event) {
            synchronized (FakeCuda.this) {
                FakeEvent fake = (FakeEvent) event;
                fake.requireOpen();
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
                requireOpen();
                if (broken) {
                    throw new CudaException(
                            700, "waiting for a stream: cudaErrorIllegalAddress, an illegal memory access");
                }
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
                graphs.incrementAndGet();
                return new CudaGraph() {
                    private boolean closedGraph;

                    @Override
                    public void launch(CudaStream stream) {
                        if (closedGraph) {
                            throw new AssertionError("launch of a graph that was closed");
                        }
                        recorded.forEach(((FakeStream) stream)::enqueue);
                    }

                    @Override
                    public void close() {
                        if (!closedGraph) {
                            closedGraph = true;
                            graphs.decrementAndGet();
                        }
                    }
                };
            }
        }

        @Override
        public void close() {
            synchronized (FakeCuda.this) {
                closed = true;
                streams.remove(this);
            }
        }

        private void requireOpen() {
            if (closed) {
                throw new AssertionError("use of a stream that was closed");
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
