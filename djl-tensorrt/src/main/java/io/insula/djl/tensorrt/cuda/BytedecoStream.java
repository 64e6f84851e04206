package io.insula.djl.tensorrt.cuda;

import java.lang.foreign.MemorySegment;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.cudart.cudaMemcpy3DParms;
import org.bytedeco.cuda.cudart.cudaPitchedPtr;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.Pointer;

/** A non-blocking stream of the CUDA runtime. */
final class BytedecoStream implements CudaStream {

    private final BytedecoCuda cuda;
    private final int device;
    private final CUstream_st stream;
    private final boolean pools;
    private boolean closed;

    private BytedecoStream(BytedecoCuda cuda, int device, CUstream_st stream, boolean pools) {
        this.cuda = cuda;
        this.device = device;
        this.stream = stream;
        this.pools = pools;
    }

    static BytedecoStream open(BytedecoCuda cuda, int device, boolean pools) {
        CUstream_st stream = new CUstream_st();
        CudaCalls.check(
                cudart.cudaStreamCreateWithFlags(stream, cudart.cudaStreamNonBlocking),
                "creating a stream on device " + device);
        return new BytedecoStream(cuda, device, stream, pools);
    }

    @Override
    public int device() {
        return device;
    }

    @Override
    public long handle() {
        return stream.address();
    }

    @Override
    public long allocate(long sizeBytes) {
        cuda.use(device);
        if (!pools) {
            return cuda.allocate(device, sizeBytes);
        }
        Pointer result = new NativeAddress(0);
        int code = cudart.cudaMallocAsync(result, sizeBytes, stream);
        if (code != cudart.cudaSuccess) {
            throw CudaCalls.failure(code, "allocating " + sizeBytes + " bytes on device " + device);
        }
        return result.address();
    }

    @Override
    public void free(long address) {
        cuda.use(device);
        if (pools) {
            CudaCalls.check(
                    cudart.cudaFreeAsync(new NativeAddress(address), stream), "freeing memory of device ", device);
        } else {
            synchronize();
            cuda.free(device, address);
        }
    }

    @Override
    public void copyToDevice(long target, MemorySegment source) {
        requireNative(source);
        copy(target, source.address(), source.byteSize(), cudart.cudaMemcpyHostToDevice, "to device ");
    }

    @Override
    public void copyToHost(MemorySegment target, long source) {
        requireNative(target);
        copy(target.address(), source, target.byteSize(), cudart.cudaMemcpyDeviceToHost, "from device ");
    }

    @Override
    public void copyOnDevice(long target, long source, long sizeBytes) {
        copy(target, source, sizeBytes, cudart.cudaMemcpyDeviceToDevice, "on device ");
    }

    @Override
    public void copyRows(long target, long targetPitch, long source, long sourcePitch, long rowBytes, long rows) {
        cuda.use(device);
        CudaCalls.check(
                cudart.cudaMemcpy2DAsync(
                        new NativeAddress(target),
                        targetPitch,
                        new NativeAddress(source),
                        sourcePitch,
                        rowBytes,
                        rows,
                        cudart.cudaMemcpyDeviceToDevice,
                        stream),
                "copying " + rows + " rows of " + rowBytes + " bytes on device " + device);
    }

    @Override
    public void copyBlocks(RowBlocks target, RowBlocks source, long rowBytes, long rows, long blocks) {
        cuda.use(device);
        try (cudaMemcpy3DParms copy = new cudaMemcpy3DParms()) {
            // The structure comes with whatever its memory held; arrays and positions are to be none.
            Pointer.memset(copy, 0, copy.sizeof());
            place(copy.srcPtr(), source, rowBytes);
            place(copy.dstPtr(), target, rowBytes);
            copy.extent().width(rowBytes).height(rows).depth(blocks);
            copy.kind(cudart.cudaMemcpyDeviceToDevice);
            int code = cudart.cudaMemcpy3DAsync(copy, stream);
            if (code != cudart.cudaSuccess) {
                throw CudaCalls.failure(
                        code,
                        "copying " + blocks + " blocks of " + rows + " rows of " + rowBytes + " bytes on device "
                                + device);
            }
        }
    }

    /** CUDA finds a block by the rows that it is told a block has. */
    private static void place(cudaPitchedPtr pointer, RowBlocks rows, long rowBytes) {
        pointer.ptr(new NativeAddress(rows.address()));
        pointer.pitch(rows.pitch()).xsize(rowBytes).ysize(rows.blockRows());
    }

    @Override
    public void fill(long address, int value, long sizeBytes) {
        cuda.use(device);
        CudaCalls.check(
                cudart.cudaMemsetAsync(new NativeAddress(address), value, sizeBytes, stream),
                "filling " + sizeBytes + " bytes on device " + device);
    }

    @Override
    public void record(CudaEvent event) {
        cuda.use(device);
        CudaCalls.check(cudart.cudaEventRecord(((BytedecoEvent) event).event(), stream), "recording an event");
    }

    @Override
    public void waitFor(CudaEvent event) {
        cuda.use(device);
        CudaCalls.check(cudart.cudaStreamWaitEvent(stream, ((BytedecoEvent) event).event(), 0), "making a stream wait");
    }

    @Override
    public void synchronize() {
        cuda.use(device);
        CudaCalls.check(cudart.cudaStreamSynchronize(stream), "waiting for a stream of device " + device);
    }

    @Override
    public boolean idle() {
        cuda.use(device);
        int code = cudart.cudaStreamQuery(stream);
        if (code == cudart.cudaErrorNotReady) {
            return false;
        }
        CudaCalls.check(code, "asking for a stream of device " + device);
        return true;
    }

    @Override
    public CudaGraph capture(Runnable work) {
        cuda.use(device);
        CudaCalls.check(
                cudart.cudaStreamBeginCapture(stream, cudart.cudaStreamCaptureModeThreadLocal), "starting a capture");
        CUgraph_st recording = new CUgraph_st();
        boolean complete = false;
        try {
            work.run();
            complete = true;
        } finally {
            int code = cudart.cudaStreamEndCapture(stream, recording);
            if (complete) {
                CudaCalls.check(code, "ending a capture");
            } else if (code == 0 && !recording.isNull()) {
                cudart.cudaGraphDestroy(recording);
            } else {
                cudart.cudaGetLastError();
            }
        }
        return BytedecoGraph.of(recording);
    }

    void launch(CUgraphExec_st graph) {
        cuda.use(device);
        CudaCalls.check(cudart.cudaGraphLaunch(graph, stream), "launching a graph on device ", device);
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            cuda.use(device);
            CudaCalls.check(cudart.cudaStreamDestroy(stream), "closing a stream of device " + device);
        }
    }

    private void copy(long target, long source, long sizeBytes, int kind, String where) {
        if (sizeBytes == 0) {
            return;
        }
        cuda.use(device);
        int code =
                cudart.cudaMemcpyAsync(new NativeAddress(target), new NativeAddress(source), sizeBytes, kind, stream);
        if (code != cudart.cudaSuccess) {
            throw CudaCalls.failure(code, "copying " + sizeBytes + " bytes " + where + device);
        }
    }

    private static void requireNative(MemorySegment host) {
        if (!host.isNative()) {
            throw new IllegalArgumentException("host memory on the Java heap (expected: native memory)");
        }
    }
}
