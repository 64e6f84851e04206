package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A folder of plans by their keys; what is not there is built.
 *
 * <p>Builds of one key wait for each other within this object; another process may build the same one a second time, and
 * either result serves. The plans unused for longest are deleted when the folder grows beyond its bound.
 *
 * <p><b>Thread</b>: any.
 */
final class KeptPlans {
    private static final Logger LOG = LoggerFactory.getLogger(KeptPlans.class);
    private static final String SUFFIX = ".plan";

    private final ConcurrentHashMap<PlanKey, ReentrantLock> building = new ConcurrentHashMap<>();

    /**
     * The plan of a key.
     *
     * @param what is compiled, for the log
     * @param content builds the plan
     */
    Path planOf(CacheOptions caches, PlanKey key, Object what, SealedFiles.Content content)
            throws IOException, MalformedModelException {
        Path folder = caches.plans();
        if (folder == null) {
            return onlyOnce(key, content);
        }
        while (true) {
            ReentrantLock lock = building.computeIfAbsent(key, k -> new ReentrantLock());
            lock.lock();
            try {
                // Who waited for a lock that its holder dropped would build beside those who came later.
                if (lock.equals(building.get(key))) {
                    return kept(new SealedFiles(folder, SUFFIX), caches.planBytes(), key, what, content);
                }
            } finally {
                building.remove(key, lock);
                lock.unlock();
            }
        }
    }

    private static Path kept(SealedFiles files, long folderBytes, PlanKey key, Object what, SealedFiles.Content content)
            throws IOException, MalformedModelException {
        Optional<Path> built = files.find(key);
        if (built.isPresent()) {
            LOG.debug("{}: {} is up to date", what, built.get());
            touch(built.get());
            return built.get();
        }
        Path plan = files.write(key, content);
        files.shrinkTo(folderBytes, plan);
        return plan;
    }

    private static void touch(Path plan) {
        try {
            Files.setLastModifiedTime(plan, FileTime.from(Instant.now()));
        } catch (IOException e) {
            LOG.warn("{} keeps its age and is deleted sooner than it should: {}", plan, e.toString());
        }
    }

    /** A plan that nobody keeps still has to be a file while it is loaded; it goes with the process at the latest. */
    private static Path onlyOnce(PlanKey key, SealedFiles.Content content) throws IOException, MalformedModelException {
        Path folder = Files.createTempDirectory("tensorrt-plan");
        boolean built = false;
        try {
            Path plan = new SealedFiles(folder, SUFFIX).write(key, content);
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
