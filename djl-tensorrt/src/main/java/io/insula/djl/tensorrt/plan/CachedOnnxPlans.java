package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Plans from a folder, built once for each model, GPU, version of TensorRT and set of options.
 *
 * <p>Builds of one plan wait for each other within this object; another process may build the same one a second time, and
 * either result serves. The plans unused for longest are deleted when the folder grows beyond its bound.
 *
 * <p><b>Thread</b>: any.
 */
public final class CachedOnnxPlans implements OnnxPlans {
    private static final Logger LOG = LoggerFactory.getLogger(CachedOnnxPlans.class);
    private static final String SUFFIX = ".plan";

    private final PlanBuilder builder;
    private final ConcurrentHashMap<PlanKey, ReentrantLock> building = new ConcurrentHashMap<>();

    /** Plans that a builder makes when the folder has none. */
    public CachedOnnxPlans(PlanBuilder builder) {
        this.builder = builder;
    }

    @Override
    public Path planOf(Path onnx, DeviceInfo device, Map<String, ?> options)
            throws IOException, MalformedModelException {
        CacheOptions caches = CacheOptions.parse(options);
        BuildOptions wanted = BuildOptions.parse(options);
        Progress watcher = options.get(CacheOptions.PROGRESS) instanceof Progress given ? given : new LoggedProgress();
        String version = builder.version();
        PlanKey key = PlanKey.of(OnnxDigest.of(onnx), device, version, wanted);
        Path folder = caches.plans();
        if (folder == null) {
            return onlyOnce(request(onnx, device, wanted, caches, version, watcher), key);
        }
        SealedFiles files = new SealedFiles(folder, SUFFIX);
        ReentrantLock lock = building.computeIfAbsent(key, k -> new ReentrantLock());
        lock.lock();
        try {
            Optional<Path> built = files.find(key);
            if (built.isPresent()) {
                LOG.debug("{}: {} is up to date", onnx, built.get());
                Files.setLastModifiedTime(built.get(), FileTime.from(Instant.now()));
                return built.get();
            }
            BuildRequest request = request(onnx, device, wanted, caches, version, watcher);
            Path plan = files.write(key, channel -> builder.build(request, channel));
            files.shrinkTo(caches.planBytes(), plan);
            return plan;
        } finally {
            building.remove(key, lock);
            lock.unlock();
        }
    }

    private BuildRequest request(
            Path onnx, DeviceInfo device, BuildOptions options, CacheOptions caches, String version, Progress watcher)
            throws IOException {
        Path timings = caches.timings();
        KernelTimes times =
                timings == null ? KernelTimes.NONE : new StoredKernelTimes(timings, PlanKey.ofTimings(device, version));
        return new BuildRequest(onnx, device, options, times, new BuildProgress(watcher));
    }

    /** A plan that nobody keeps still has to be a file while it is loaded; it goes with the process at the latest. */
    private Path onlyOnce(BuildRequest request, PlanKey key) throws IOException, MalformedModelException {
        Path folder = Files.createTempDirectory("tensorrt-plan");
        folder.toFile().deleteOnExit();
        Path plan = new SealedFiles(folder, SUFFIX).write(key, channel -> builder.build(request, channel));
        plan.toFile().deleteOnExit();
        return plan;
    }
}
