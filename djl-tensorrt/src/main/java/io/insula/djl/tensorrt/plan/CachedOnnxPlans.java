package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import ai.djl.util.Progress;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
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
        String content = OnnxDigest.of(onnx);
        PlanKey key = PlanKey.of(content, device, version, wanted);
        Path folder = caches.plans();
        if (folder == null) {
            return onlyOnce(request(onnx, device, wanted, caches, version, watcher), key, content);
        }
        while (true) {
            ReentrantLock lock = building.computeIfAbsent(key, k -> new ReentrantLock());
            lock.lock();
            try {
                // Who waited for a lock that its holder dropped would build beside those who came later.
                if (lock.equals(building.get(key))) {
                    BuildRequest request = request(onnx, device, wanted, caches, version, watcher);
                    return kept(new SealedFiles(folder, SUFFIX), key, request, content, caches.planBytes());
                }
            } finally {
                building.remove(key, lock);
                lock.unlock();
            }
        }
    }

    private Path kept(SealedFiles files, PlanKey key, BuildRequest request, String content, long folderBytes)
            throws IOException, MalformedModelException {
        Optional<Path> built = files.find(key);
        if (built.isPresent()) {
            LOG.debug("{}: {} is up to date", request.onnx(), built.get());
            touch(built.get());
            return built.get();
        }
        Path plan = files.write(key, channel -> build(request, content, channel));
        files.shrinkTo(folderBytes, plan);
        return plan;
    }

    /** Whoever exports the model anew meanwhile must not leave a plan under the name of what was there before. */
    private void build(BuildRequest request, String content, WritableByteChannel target)
            throws IOException, MalformedModelException {
        builder.build(request, target);
        if (!OnnxDigest.of(request.onnx()).equals(content)) {
            throw new MalformedModelException(request.onnx()
                    + " was changed while it was compiled (expected: a file that stays as it is); load it again");
        }
    }

    private static void touch(Path plan) {
        try {
            Files.setLastModifiedTime(plan, FileTime.from(Instant.now()));
        } catch (IOException e) {
            LOG.warn("{} keeps its age and is deleted sooner than it should: {}", plan, e.toString());
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
    private Path onlyOnce(BuildRequest request, PlanKey key, String content)
            throws IOException, MalformedModelException {
        Path folder = Files.createTempDirectory("tensorrt-plan");
        boolean built = false;
        try {
            Path plan = new SealedFiles(folder, SUFFIX).write(key, channel -> build(request, content, channel));
            built = true;
            folder.toFile().deleteOnExit();
            plan.toFile().deleteOnExit();
            return plan;
        } finally {
            if (!built) {
                Files.deleteIfExists(folder);
            }
        }
    }
}
