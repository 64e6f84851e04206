package io.insula.djl.tensorrt.memory;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.DeviceInfo;

/** One device as an engine uses it: its streams, its memory with accounts, and the way to and from the host. */
public final class Gpu {

    private final Cuda cuda;
    private final DeviceInfo info;
    private final StreamPool streams;
    private final DeviceMemory memory;
    private final Staging staging;

    /**
     * Opens a device.
     *
     * @param index its number, from 0
     * @param settings sizes of staging and whether origins are recorded
     */
    public Gpu(Cuda cuda, int index, MemorySettings settings) {
        this.cuda = cuda;
        this.info = cuda.describe(index);
        this.streams = new StreamPool(cuda, index);
        this.memory = new DeviceMemory(cuda, index, settings.recordOrigins());
        this.staging = new Staging(cuda, index, settings.chunkBytes(), settings.chunks());
    }

    /** CUDA itself. */
    public Cuda cuda() {
        return cuda;
    }

    /** Name and capability. */
    public DeviceInfo info() {
        return info;
    }

    /** Its streams. */
    public StreamPool streams() {
        return streams;
    }

    /** Its memory. */
    public DeviceMemory memory() {
        return memory;
    }

    /** The way to and from the host. */
    public Staging staging() {
        return staging;
    }
}
