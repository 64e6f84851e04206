package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Kernel times of one GPU and one version of TensorRT in a file. */
final class StoredKernelTimes implements KernelTimes {
    private static final long LARGEST = 512L << 20;
    private static final long FOLDER_BYTES = 4L << 30;

    private final SealedFiles files;
    private final PlanKey key;

    StoredKernelTimes(Path folder, PlanKey key) throws IOException {
        this.files = new SealedFiles(folder, ".timings");
        this.key = key;
    }

    /** Those of a device, where options keep them. */
    static KernelTimes of(CacheOptions caches, DeviceInfo device, String version) throws IOException {
        Path folder = caches.timings();
        return folder == null ? KernelTimes.NONE : new StoredKernelTimes(folder, PlanKey.ofTimings(device, version));
    }

    @Override
    public byte[] read() throws IOException {
        Optional<Path> file = files.find(key);
        return file.isPresent() && Files.size(file.get()) <= LARGEST ? Files.readAllBytes(file.get()) : new byte[0];
    }

    @Override
    public void write(byte[] times) throws IOException {
        if (times.length > LARGEST) {
            return; // Starting over costs minutes once; a cache that grows for ever costs every build.
        }
        try {
            Path file = files.write(key, channel -> {
                for (ByteBuffer rest = ByteBuffer.wrap(times); rest.hasRemaining(); ) {
                    channel.write(rest);
                }
            });
            files.keepOnly(key, file);
            files.shrinkTo(FOLDER_BYTES, file);
        } catch (MalformedModelException e) {
            throw new IOException(e);
        }
    }
}
