package io.insula.launcher.engine;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices GPUs that do not come back, and has the process start anew when none is left: what CUDA keeps of a fault lasts as long
 * as the process.
 *
 * <p><b>Thread:</b> any.
 */
final class LostGpus {

    private static final Logger log = LoggerFactory.getLogger(LostGpus.class);
    /** Engines in a row that do not open on a GPU that does nothing. */
    static final int TRIES = 3;

    private final Set<Integer> devices;
    private final Runnable noneLeft;
    private final Map<Integer, Integer> failures = new HashMap<>();
    private final Set<Integer> lost = new HashSet<>();
    private boolean told;

    /**
     * @param devices those that are used
     * @param noneLeft called once, when all of them are lost
     */
    LostGpus(List<Integer> devices, Runnable noneLeft) {
        this.devices = Set.copyOf(devices);
        this.noneLeft = noneLeft;
    }

    /** An engine was opened on a GPU, or the GPU at least does what it is asked. */
    synchronized void works(int device) {
        failures.remove(device);
        if (lost.remove(device)) {
            log.warn("GPU {} works again", device);
        }
    }

    /** An engine could not be opened, and the GPU does nothing. */
    void fails(int device, String fault) {
        if (counts(device, fault)) {
            noneLeft.run();
        }
    }

    /** A step on a GPU does not end, and takes its thread with it. */
    void hangs(int device) {
        if (loses(device, "a step does not end")) {
            noneLeft.run();
        }
    }

    private synchronized boolean counts(int device, String fault) {
        return failures.merge(device, 1, Integer::sum) == TRIES && loses(device, fault);
    }

    /** Whether it was the last one. */
    private synchronized boolean loses(int device, String fault) {
        lost.add(device);
        boolean all = lost.containsAll(devices);
        log.error(
                "GPU {} is lost: {}. {}",
                device,
                fault,
                all
                        ? "No GPU is left; the process ends to be started anew"
                        : "The other GPUs go on; restart the process once the GPU is well");
        boolean first = all && !told;
        told |= all;
        return first;
    }
}
