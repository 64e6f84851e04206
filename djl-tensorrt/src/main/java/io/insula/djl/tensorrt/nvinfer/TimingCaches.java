package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.plan.KernelTimes;
import java.io.IOException;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.tensorrt.nvinfer.IBuilderConfig;
import org.bytedeco.tensorrt.nvinfer.IHostMemory;
import org.bytedeco.tensorrt.nvinfer.ITimingCache;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries kernel times into a build and out of it. What cannot be used is no reason not to build. */
final class TimingCaches {
    private static final Logger LOG = LoggerFactory.getLogger(TimingCaches.class);

    private TimingCaches() {}

    /** A cache with what is stored, or an empty one; it is deleted after the builder. */
    static Owned<ITimingCache> open(IBuilderConfig config, KernelTimes times) {
        byte[] stored = read(times);
        long mark = TensorRtLog.SHARED.mark();
        ITimingCache cache = create(config, stored);
        if (cache == null && stored.length > 0) {
            LOG.warn("The stored kernel times cannot be used: {}", String.join("; ", TensorRtLog.SHARED.since(mark)));
            cache = create(config, new byte[0]);
        }
        Owned<ITimingCache> owned = Owned.of(cache, mark, "creating a timing cache failed");
        if (config.setTimingCache(owned.get(), false)) {
            return owned;
        }
        LOG.warn("The stored kernel times do not fit: {}", String.join("; ", TensorRtLog.SHARED.since(mark)));
        owned.close();
        Owned<ITimingCache> empty = Owned.of(create(config, new byte[0]), mark, "creating a timing cache failed");
        config.setTimingCache(empty.get(), false);
        return empty;
    }

    /** Stores what the build measured, together with what other builds stored meanwhile. */
    static void store(IBuilderConfig config, ITimingCache cache, KernelTimes times) {
        if (!times.kept()) {
            return;
        }
        byte[] now = read(times);
        if (now.length > 0) {
            ITimingCache others = create(config, now);
            if (others != null) {
                try {
                    cache.combine(others, false);
                } finally {
                    NativeObjects.delete(others);
                }
            }
        }
        IHostMemory serialized = cache.serialize();
        if (serialized == null) {
            LOG.warn("The kernel times cannot be stored: TensorRT does not serialize them");
            return;
        }
        try {
            long size = serialized.size();
            if (size > Integer.MAX_VALUE - 8) {
                LOG.warn("The kernel times cannot be stored: {} bytes", size);
                return;
            }
            byte[] bytes = new byte[(int) size];
            new BytePointer(serialized.data()).capacity(size).get(bytes);
            times.write(bytes);
        } catch (IOException e) {
            LOG.warn("The kernel times cannot be stored: {}", e.toString());
        } finally {
            NativeObjects.delete(serialized);
        }
    }

    private static byte[] read(KernelTimes times) {
        try {
            return times.read();
        } catch (IOException e) {
            LOG.warn("The stored kernel times cannot be read: {}", e.toString());
            return new byte[0];
        }
    }

    private static @Nullable ITimingCache create(IBuilderConfig config, byte[] stored) {
        if (stored.length == 0) {
            return config.createTimingCache((Pointer) null, 0);
        }
        try (BytePointer blob = new BytePointer(stored)) {
            return config.createTimingCache(blob, stored.length);
        }
    }
}
