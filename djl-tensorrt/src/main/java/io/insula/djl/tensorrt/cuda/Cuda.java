package io.insula.djl.tensorrt.cuda;

/**
 * The part of the CUDA runtime that an engine needs, with long-sized addresses.
 *
 * <p><b>Units</b>: sizes are bytes; addresses are device or host addresses as CUDA gives them, 0 is none.
 *
 * <p><b>Thread</b>: any; each call makes its device current for the calling thread.
 *
 * <p><b>Errors</b>: {@link CudaException} with CUDA's own name and text.
 */
public interface Cuda {

    /** How many devices the driver shows to this process. */
    int deviceCount();

    /** Name and capability of a device, numbered from 0. */
    DeviceInfo describe(int device);

    /** Free and total memory of a device, as the driver sees them: other processes count. */
    MemoryInfo memory(int device);

    /** Makes the device current for the calling thread: what TensorRT requires before any call. */
    void use(int device);

    /** Memory outside any stream; {@link #free} gives it back. Both may wait for the whole device. */
    long allocate(int device, long sizeBytes);

    /** Frees what {@link #allocate} gave. */
    void free(int device, long address);

    /** Gives memory that freed blocks of the streams' pool still hold back to the device. */
    void trimPool(int device);

    /** Page-locked host memory: copies from and to it run while the host goes on. */
    PinnedMemory allocatePinned(long sizeBytes);

    /** A stream that does not wait for the default stream. */
    CudaStream newStream(int device);

    /** An event without timing: a point on a stream that others can wait for. */
    CudaEvent newEvent(int device);

    /** Waits for everything on the device. */
    void synchronize(int device);

    /** The version of CUDA that the driver supports, for example 13000 for 13.0. */
    int driverVersion();

    /** The version of the loaded CUDA runtime, for example 13010 for 13.1. */
    int runtimeVersion();
}
