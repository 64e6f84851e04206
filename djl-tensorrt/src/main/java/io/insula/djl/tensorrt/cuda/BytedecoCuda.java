package io.insula.djl.tensorrt.cuda;

import java.nio.charset.StandardCharsets;
import org.bytedeco.cuda.cudart.CUmemPoolHandle_st;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.SizeTPointer;

/**
 * CUDA through the bindings of Bytedeco. Constructing it loads nothing; its first call needs {@code libcudart} and the driver.
 *
 * <p>Streams allocate from the device's own pool where the driver has pools, which makes an allocation cost about a
 * microsecond instead of a wait for the device.
 */
public final class BytedecoCuda implements Cuda {

    private static final int NAME_BYTES = 256;

    private final long pooledBytes;

    /**
     * CUDA with a pool.
     *
     * @param pooledBytes how much freed memory streams keep for the next allocation instead of giving it back
     */
    public BytedecoCuda(long pooledBytes) {
        this.pooledBytes = pooledBytes;
    }

    @Override
    public int deviceCount() {
        int[] count = new int[1];
        CudaCalls.check(cudart.cudaGetDeviceCount(count), "counting devices");
        return count[0];
    }

    @Override
    public DeviceInfo describe(int device) {
        CudaCalls.check(cudart.cuInit(0), "starting the driver");
        byte[] name = new byte[NAME_BYTES];
        CudaCalls.check(cudart.cuDeviceGetName(name, name.length, device), "asking the name of device " + device);
        int length = 0;
        while (length < name.length && name[length] != 0) {
            length++;
        }
        return new DeviceInfo(
                device,
                new String(name, 0, length, StandardCharsets.UTF_8),
                attribute(device, cudart.cudaDevAttrComputeCapabilityMajor),
                attribute(device, cudart.cudaDevAttrComputeCapabilityMinor),
                attribute(device, cudart.cudaDevAttrMultiProcessorCount),
                totalBytes(device));
    }

    /** Asks the driver: the runtime would first take some of the device for itself, even of one that nobody wants to use. */
    private static long totalBytes(int device) {
        try (SizeTPointer total = new SizeTPointer(1)) {
            CudaCalls.check(cudart.cuDeviceTotalMem(total, device), "asking for the memory of device " + device);
            return total.get();
        }
    }

    @Override
    public MemoryInfo memory(int device) {
        use(device);
        try (SizeTPointer free = new SizeTPointer(1);
                SizeTPointer total = new SizeTPointer(1)) {
            CudaCalls.check(cudart.cudaMemGetInfo(free, total), "asking for the memory of device " + device);
            return new MemoryInfo(free.get(), total.get());
        }
    }

    @Override
    public void use(int device) {
        CudaCalls.check(cudart.cudaSetDevice(device), "selecting device ", device);
    }

    @Override
    public long allocate(int device, long sizeBytes) {
        use(device);
        Pointer result = new NativeAddress(0);
        CudaCalls.check(cudart.cudaMalloc(result, sizeBytes), "allocating " + sizeBytes + " bytes on device " + device);
        return result.address();
    }

    @Override
    public void free(int device, long address) {
        use(device);
        CudaCalls.check(cudart.cudaFree(new NativeAddress(address)), "freeing memory of device " + device);
    }

    @Override
    public void trimPool(int device) {
        if (hasPools(device)) {
            CudaCalls.check(cudart.cudaMemPoolTrimTo(pool(device), 0), "trimming the pool of device " + device);
        }
    }

    @Override
    public PinnedMemory allocatePinned(long sizeBytes) {
        Pointer result = new NativeAddress(0);
        CudaCalls.check(
                cudart.cudaHostAlloc(result, sizeBytes, cudart.cudaHostAllocPortable),
                "allocating " + sizeBytes + " bytes of page-locked host memory");
        return new BytedecoPinnedMemory(result.address(), sizeBytes);
    }

    @Override
    public CudaStream newStream(int device) {
        use(device);
        boolean pools = hasPools(device);
        if (pools) {
            keepPooled(device);
        }
        return BytedecoStream.open(this, device, pools);
    }

    @Override
    public CudaEvent newEvent(int device) {
        use(device);
        return BytedecoEvent.open();
    }

    @Override
    public void synchronize(int device) {
        use(device);
        CudaCalls.check(cudart.cudaDeviceSynchronize(), "waiting for device " + device);
    }

    @Override
    public int driverVersion() {
        int[] version = new int[1];
        CudaCalls.check(cudart.cudaDriverGetVersion(version), "asking the driver's version");
        return version[0];
    }

    @Override
    public int runtimeVersion() {
        int[] version = new int[1];
        CudaCalls.check(cudart.cudaRuntimeGetVersion(version), "asking the runtime's version");
        return version[0];
    }

    private boolean hasPools(int device) {
        return attribute(device, cudart.cudaDevAttrMemoryPoolsSupported) != 0;
    }

    private void keepPooled(int device) {
        try (LongPointer threshold = new LongPointer(1)) {
            threshold.put(pooledBytes);
            CudaCalls.check(
                    cudart.cudaMemPoolSetAttribute(pool(device), cudart.cudaMemPoolAttrReleaseThreshold, threshold),
                    "setting up the pool of device " + device);
        }
    }

    private static CUmemPoolHandle_st pool(int device) {
        CUmemPoolHandle_st pool = new CUmemPoolHandle_st();
        CudaCalls.check(cudart.cudaDeviceGetDefaultMemPool(pool, device), "asking for the pool of device " + device);
        return pool;
    }

    private static int attribute(int device, int attribute) {
        int[] value = new int[1];
        CudaCalls.check(
                cudart.cudaDeviceGetAttribute(value, attribute, device),
                "asking for attribute " + attribute + " of device " + device);
        return value[0];
    }
}
