package io.insula.djl.tensorrt.cuda;

import java.lang.foreign.MemorySegment;

/**
 * A queue of device work: what is enqueued runs in order, while the host goes on.
 *
 * <p><b>Units</b>: sizes are bytes, counts of bytes may exceed 2 GiB.
 *
 * <p><b>Thread</b>: any thread may enqueue; the order of calls of several threads is theirs to agree on.
 *
 * <p><b>Errors</b>: {@link CudaException}; a fault of earlier work surfaces at a later call, as with CUDA itself.
 */
public interface CudaStream extends AutoCloseable {

    /** The device that runs the work. */
    int device();

    /** The {@code cudaStream_t} as an address. */
    long handle();

    /** Memory that may be used by work enqueued on this stream from now on. */
    long allocate(long sizeBytes);

    /** Gives memory back once the work enqueued before has run. */
    void free(long address);

    /** Host to device. The source must stay as it is until the copy ran, unless it is pageable: then it may be reused. */
    void copyToDevice(long target, MemorySegment source);

    /** Device to host. The target holds the bytes once the copy ran. */
    void copyToHost(MemorySegment target, long source);

    /** Device to device. */
    void copyOnDevice(long target, long source, long sizeBytes);

    /** Device to device, {@code rows} pieces of {@code rowBytes} each, {@code targetPitch} and {@code sourcePitch} apart. */
    void copyRows(long target, long targetPitch, long source, long sourcePitch, long rowBytes, long rows);

    /**
     * Device to device, the first {@code rows} rows of {@code rowBytes} bytes of each of {@code blocks} blocks. No row of the
     * target may overlap one of the source: they are copied in any order.
     *
     * @param rowBytes at most either pitch
     * @param rows at most the rows from one block to the next on either side
     */
    void copyBlocks(RowBlocks target, RowBlocks source, long rowBytes, long rows, long blocks);

    /** Sets every byte to the low eight bits of {@code value}. */
    void fill(long address, int value, long sizeBytes);

    /** Marks the end of the work enqueued so far. */
    void record(CudaEvent event);

    /** Work enqueued from now on runs after the event's point. The host does not wait. */
    void waitFor(CudaEvent event);

    /** Waits until everything enqueued has run. */
    void synchronize();

    /** Whether everything enqueued has run. */
    boolean idle();

    /**
     * Records what {@code work} enqueues here instead of running it. The work may allocate nothing and wait for nothing.
     * When it throws, nothing stays captured and the stream is usable again.
     */
    CudaGraph capture(Runnable work);

    @Override
    void close();
}
