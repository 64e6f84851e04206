package io.insula.djl.tensorrt.plan;

import ai.djl.util.Progress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the nested phases of a build into one measure from 0 to {@value #WHOLE}, and stops a build that nobody wants.
 *
 * <p>A build is stopped by interrupting the thread that asked for it, or by an exception of the {@link Progress}.
 *
 * <p><b>Thread</b>: TensorRT calls from several of its threads.
 */
public final class BuildProgress {
    private static final int WHOLE = 1000;
    private static final int DEEPEST = 16;

    private final Progress progress;
    private final Thread builder;
    private final Map<String, Phase> phases = new HashMap<>();
    private long shown;
    private @Nullable RuntimeException failure;
    private boolean stopped;

    /** For a build that the calling thread waits for. */
    public BuildProgress(Progress progress) {
        this.progress = progress;
        this.builder = Thread.currentThread();
    }

    /** Before the build. */
    public synchronized void start(String what) {
        progress.reset(what, WHOLE);
        progress.start(0);
    }

    /** A phase begins, within another when that is not null. */
    public synchronized void phaseStart(String name, @Nullable String parent, int steps) {
        phases.put(name, new Phase(parent, Math.max(1, steps)));
        show(name);
    }

    /** A step of a phase is done; false stops the build. */
    public synchronized boolean stepComplete(String name, int step) {
        Phase phase = phases.get(name);
        if (phase != null) {
            phase.done = Math.clamp((long) step + 1, phase.done, phase.steps);
        }
        show(name);
        if (builder.isInterrupted() || failure != null) {
            stopped = true;
        }
        return !stopped;
    }

    /** A phase ends, with or without all its steps. */
    public synchronized void phaseFinish(String name) {
        Phase phase = phases.remove(name);
        if (phase != null && phase.parent == null) {
            show(name);
        }
    }

    /** After the build; throws what the {@link Progress} threw while it ran. */
    public synchronized void end(boolean built) {
        if (failure != null) {
            throw failure;
        }
        if (built) {
            progress.update(WHOLE, "done");
        }
        progress.end();
    }

    /** Whether the build was told to stop. */
    public synchronized boolean stopped() {
        return stopped;
    }

    private void show(String phase) {
        double furthest = 0;
        for (Map.Entry<String, Phase> entry : phases.entrySet()) {
            if (entry.getValue().parent == null) {
                furthest = Math.max(furthest, fraction(entry.getKey(), entry.getValue(), 0));
            }
        }
        long now = Math.min(WHOLE - 1, (long) (furthest * WHOLE));
        if (now > shown && failure == null) {
            shown = now;
            try {
                progress.update(now, phase);
            } catch (RuntimeException e) {
                failure = e; // Not into TensorRT's frames: thrown by end(), after the build stopped.
            }
        }
    }

    /** The share of a phase that is done: its steps, and of the running step what the furthest inner phase has done. */
    private double fraction(String name, Phase phase, int depth) {
        double inner = 0;
        if (depth < DEEPEST) {
            for (Map.Entry<String, Phase> entry : phases.entrySet()) {
                if (name.equals(entry.getValue().parent)) {
                    inner = Math.max(inner, fraction(entry.getKey(), entry.getValue(), depth + 1));
                }
            }
        }
        return Math.min(1, (phase.done + inner) / phase.steps);
    }

    private static final class Phase {
        private final @Nullable String parent;
        private final int steps;
        private int done;

        private Phase(@Nullable String parent, int steps) {
            this.parent = parent;
            this.steps = steps;
        }
    }
}
