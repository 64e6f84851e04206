package io.insula.djl.tensorrt;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractSymbolBlock;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A plan as a DJL block: weights and kernels once, executions as many as run at one time.
 *
 * <p><b>Thread</b>: any number may call {@code forward}; as many run at one time as the option {@code executions} says, others
 * wait.
 */
public final class TensorRtSymbolBlock extends AbstractSymbolBlock implements AutoCloseable {

    private final Plan plan;
    private final TensorRtNDManager manager;
    private final ModelOptions options;
    private final Semaphore slots;
    private final Deque<Forward> idle = new ArrayDeque<>();
    private final Set<TensorRtExecution> executions = new LinkedHashSet<>();
    private boolean closed;

    @SuppressWarnings("this-escape")
    TensorRtSymbolBlock(Plan plan, TensorRtNDManager manager, ModelOptions options) {
        this.plan = plan;
        this.manager = manager;
        this.options = options;
        this.slots = new Semaphore(options.executions());
        if (options.profile() >= plan.profiles()) {
            throw new IllegalArgumentException(ModelOptions.PROFILE + ": " + options.profile() + " (expected: 0.."
                    + (plan.profiles() - 1) + ", as many as the plan has)");
        }
        inputNames = named(true).keys();
        inputShapes = named(true).values().toArray(Shape[]::new);
        outputDataTypes = plan.tensors().stream()
                .filter(spec -> !spec.input())
                .map(spec -> spec.type().dataType())
                .toArray(DataType[]::new);
        manager.attachInternal(NDManager.nextUid(), this);
    }

    /** The plan: its tensors, shapes, types and profiles. */
    public Plan plan() {
        return plan;
    }

    /**
     * An execution for loops that keep their arrays, on the stream of the manager; see
     * {@link TensorRtNDManager#newStreamManager}.
     */
    public TensorRtExecution newExecution(TensorRtNDManager owner) {
        synchronized (executions) {
            if (closed) {
                throw new IllegalStateException("The model is closed.");
            }
            TensorRtExecution execution = new TensorRtExecution(this, plan, owner);
            executions.add(execution);
            return execution;
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore, NDList inputs, boolean training, @Nullable PairList<String, Object> params) {
        if (training) {
            throw new UnsupportedOperationException("TensorRT runs models and does not train them.");
        }
        slots.acquireUninterruptibly();
        try {
            Forward forward = take();
            try {
                return forward.run(inputs);
            } finally {
                giveBack(forward);
            }
        } finally {
            slots.release();
        }
    }

    private Forward take() {
        synchronized (idle) {
            Forward forward = idle.pollFirst();
            if (forward != null) {
                return forward;
            }
        }
        return newForward(manager.newStreamManager());
    }

    private void giveBack(Forward forward) {
        synchronized (idle) {
            idle.addFirst(forward);
        }
    }

    /** A pass on the stream of the manager, which is closed with it. */
    Forward newForward(TensorRtNDManager owner) {
        try {
            return new Forward(this, owner, options);
        } catch (RuntimeException failure) {
            owner.close();
            throw failure;
        }
    }

    @Override
    public PairList<String, Shape> describeInput() {
        return named(true);
    }

    @Override
    public PairList<String, Shape> describeOutput() {
        return named(false);
    }

    /** The shapes of outputs for shapes of inputs, without running anything. */
    @Override
    public Shape[] getOutputShapes(Shape[] shapes) {
        List<TensorSpec> inputs =
                plan.tensors().stream().filter(TensorSpec::input).toList();
        if (shapes.length != inputs.size()) {
            throw new IllegalArgumentException("shapes: " + shapes.length + " (expected: " + describeInput() + ")");
        }
        try (TensorRtNDManager own = manager.newStreamManager();
                TensorRtExecution execution = newExecution(own)) {
            for (int i = 0; i < shapes.length; i++) {
                execution.bindings().shape(inputs.get(i), shapes[i]);
            }
            List<Shape> outputs = new ArrayList<>();
            for (TensorSpec spec : plan.tensors()) {
                if (!spec.input()) {
                    outputs.add(execution.outputShape(spec.name()));
                }
            }
            return outputs.toArray(Shape[]::new);
        }
    }

    @Override
    public boolean isInitialized() {
        return true;
    }

    @Override
    public ParameterList getDirectParameters() {
        return new ParameterList();
    }

    /** Closes every execution, those of predictors as well, then the plan. */
    @Override
    public void close() {
        List<TensorRtExecution> open;
        synchronized (executions) {
            if (closed) {
                return;
            }
            closed = true;
            open = new ArrayList<>(executions);
        }
        Collections.reverse(open);
        open.forEach(TensorRtExecution::close);
        plan.close();
    }

    void forget(TensorRtExecution execution) {
        synchronized (executions) {
            executions.remove(execution);
        }
    }

    private PairList<String, Shape> named(boolean input) {
        PairList<String, Shape> found = new PairList<>();
        for (TensorSpec spec : plan.tensors()) {
            if (spec.input() == input) {
                found.add(spec.name(), spec.shape());
            }
        }
        return found;
    }
}
