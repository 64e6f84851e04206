package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.CudaGraph;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.nvinfer.LayerTimes;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs decode steps, each form of them captured as it is met, so that the next one is a single launch.
 *
 * <p>A context must stay as it was when its run was captured, so that each form has a context of its own; their activations
 * share memory, because no two run at once. The forms unused for longest give way.
 */
final class DecodeGraphs implements AutoCloseable {

    /** A form of decode step: everything that decides addresses and shapes. */
    record Key(int rows, int length) {}

    private record Captured(PlanContext context, CudaGraph graph) {
        void close() {
            try {
                graph.close();
            } finally {
                context.close();
            }
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(DecodeGraphs.class);

    private final Plan plan;
    private final CudaStream stream;
    private final StepBinding binding;
    private final EngineMemory memory;
    private final int most;
    private final Map<Key, Captured> captured = new LinkedHashMap<>(16, 0.75f, true);
    private @Nullable PlanContext plain;
    private boolean capturing;

    /**
     * @param most graphs that are kept; 0: every step is enqueued as it is
     */
    DecodeGraphs(Plan plan, CudaStream stream, StepBinding binding, EngineMemory memory, int most) {
        this.plan = plan;
        this.stream = stream;
        this.binding = binding;
        this.memory = memory;
        this.most = most;
        this.capturing = most > 0;
    }

    /** Enqueues a step over the first slots; a form that was not met before is run, then captured for the next time. */
    void run(DeviceCache cache, int rows) {
        Key key = new Key(rows, cache.stride());
        Captured known = captured.get(key);
        if (known != null) {
            known.graph().launch(stream);
            return;
        }
        PlanContext context = capturing ? own() : null;
        if (context == null) {
            context = plain();
            binding.bind(context, cache, 0, rows, 1, rows);
            context.enqueue(stream);
            return;
        }
        boolean bound = false;
        try {
            binding.bind(context, cache, 0, rows, 1, rows);
            context.enqueue(stream);
            bound = true;
        } finally {
            if (!bound) {
                context.close();
            }
        }
        CudaGraph graph = capture(context);
        if (graph == null) {
            plain = context; // Its run is still on its way.
        } else {
            captured.put(key, new Captured(context, graph));
        }
    }

    /** Runs a step as it is, and waits until the times of its layers are told. */
    void time(DeviceCache cache, int rows, LayerTimes times) {
        PlanContext context = plain();
        context.timeLayers(times);
        try {
            binding.bind(context, cache, 0, rows, 1, rows);
            context.enqueue(stream);
        } finally {
            context.timeLayers(null);
        }
    }

    /** A context for a graph, or null where there is no memory for one more. */
    private @Nullable PlanContext own() {
        if (captured.size() == most) {
            Iterator<Captured> eldest = captured.values().iterator();
            Captured leaving = eldest.next();
            eldest.remove();
            leaving.close();
        }
        try {
            return newContext();
        } catch (ai.djl.engine.EngineException failure) {
            giveUp(failure);
            return null;
        }
    }

    private @Nullable CudaGraph capture(PlanContext context) {
        try {
            return stream.capture(() -> context.enqueue(stream));
        } catch (ai.djl.engine.EngineException failure) {
            giveUp(failure);
            return null;
        }
    }

    private void giveUp(RuntimeException failure) {
        capturing = false;
        LOG.warn("Decode steps are not captured any longer and start more slowly: {}", failure.getMessage());
    }

    private PlanContext plain() {
        PlanContext context = plain;
        if (context == null) {
            context = newContext();
            plain = context;
        }
        return context;
    }

    private PlanContext newContext() {
        PlanContext context =
                plan.newContext(memory.activations(), memory.estimate().activationBytes());
        context.profile(PlanSignature.DECODE, stream);
        return context;
    }

    int size() {
        return captured.size();
    }

    /** A broken device refuses some of it. */
    @Override
    public void close() {
        try (Holdings all = new Holdings()) {
            captured.values().forEach(one -> all.add(one::close));
            captured.clear();
            PlanContext context = plain;
            if (context != null) {
                all.add(context::close);
            }
        }
    }
}
