package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.nvinfer.LayerTimes;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.inference.engine.StepLogits;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a plan's steps over the cache: tokens are sent, the plan runs, new keys and values go to their places, and what the plan tells
 * of the largest logits comes back. The logits stay on the device until a row of them is asked for.
 *
 * <p><b>Thread:</b> the device thread, which waits for each step.
 */
final class DeviceSteps {

    private final PlanSignature plan;
    private final EngineMemory memory;
    private final CacheLayout layout;
    private final BatchBuckets batches;
    private final CudaStream stream;
    private final DeviceCache cache;
    private final StepBinding binding;
    private final PlanContext prefill;
    private final DecodeGraphs decode;
    /** Counts the steps: each overwrites the logits of the one before. */
    private long count;
    /** The step and the row that the host's row is of. */
    private long copiedStep = -1;

    private int copiedRow;
    private AnswerLayout answer;

    DeviceSteps(
            Plan network,
            PlanSignature plan,
            EngineMemory memory,
            CudaStream stream,
            DeviceCache cache,
            int graphs,
            Holdings holdings) {
        this.plan = plan;
        this.memory = memory;
        this.layout = memory.estimate().layout();
        this.batches = BatchBuckets.of(layout.slots());
        this.stream = stream;
        this.cache = cache;
        this.binding = new StepBinding(network, plan, memory);
        this.prefill = network.newContext(memory.activations(), plan.activationBytes());
        holdings.add(prefill::close);
        prefill.profile(PlanSignature.PREFILL, stream);
        this.decode = new DecodeGraphs(network, stream, binding, memory, graphs);
        holdings.add(decode::close);
        this.answer = memory.estimate().answer(0);
    }

    /**
     * Appends tokens to a slot, for which there is room.
     *
     * @param count 1 to {@link PlanSignature#chunk}
     * @param wanted the last of them whose logits are computed, at least 1
     */
    void prefill(int slot, int[] tokens, int from, int count, int wanted) {
        memory.hostTokens().put(0, tokens, from, count);
        memory.hostPast().put(0, cache.length(slot));
        for (int i = 0; i < wanted; i++) {
            memory.hostWanted().put(i, count - wanted + i);
        }
        sendInputs();
        binding.bind(prefill, cache, slot, 1, count, wanted);
        prefill.enqueue(stream);
        append(slot, 1, count, 0);
        receive(slot, 1, wanted, wanted);
    }

    /** Appends a token to each of the first slots, whose logits are computed. */
    void decode(int rows, int[] tokens) {
        decode(rows, tokens, null);
    }

    /**
     * The same.
     *
     * @param times told how long each layer took; null: nobody asks
     */
    void decode(int rows, int[] tokens, @Nullable LayerTimes times) {
        int longest = 0;
        for (int row = 0; row < rows; row++) {
            longest = Math.max(longest, cache.length(row));
        }
        cache.reserve(longest + 1);
        int computed = batches.holding(rows);
        for (int row = 0; row < computed; row++) {
            boolean wanted = row < rows;
            memory.hostTokens().put(row, wanted ? tokens[row] : 0);
            // What a plan writes for a void row itself must lie behind the slot's tokens.
            memory.hostPast().put(row, wanted || plan.inPlace() ? cache.length(row) : 0);
            memory.hostWanted().put(row, row);
        }
        sendInputs();
        if (times == null) {
            decode.run(cache, computed);
        } else {
            decode.time(cache, computed, times);
        }
        for (int row = 0; row < rows; row++) {
            append(row, computed, 1, row);
        }
        receive(0, rows, rows, computed);
        cache.relax();
    }

    private void sendInputs() {
        stream.copyToDevice(memory.tokens(), memory.hostInputs());
    }

    private void append(int slot, int rows, int tokens, int row) {
        if (plan.inPlace()) {
            cache.appended(slot, tokens);
        } else {
            cache.append(slot, layout.stepRow(memory.staging(), rows, tokens, row), tokens);
        }
    }

    /** Waits for the step; the sums of each slot's last logits tell whether its numbers are any. */
    private void receive(int slot, int rows, int wanted, int computed) {
        count++;
        answer = memory.estimate().answer(computed);
        MemorySegment told = memory.hostAnswer().asSlice(0, answer.bytes());
        stream.copyToHost(told, memory.answer());
        stream.synchronize();
        for (int row = 0; row < rows; row++) {
            if (!Float.isFinite(number(answer.logSums(), wanted - rows + row))) {
                cache.spoil(slot + row);
            }
        }
    }

    /** A number that the last step told of a row. */
    private float number(long offset, int row) {
        return memory.hostAnswer().get(ValueLayout.JAVA_FLOAT, offset + (long) row * Float.BYTES);
    }

    /**
     * What the last step says of its rows.
     *
     * @param device runs what may fail
     * @param told whether the largest logits are told; else rows are whole
     */
    StepLogits logits(Consumer<Runnable> device, boolean told) {
        long step = count;
        return new DeviceLogits(
                memory.estimate().vocabulary(),
                answer,
                () -> current(step),
                (row, target) -> device.accept(() -> copyRow(step, row, target)),
                told);
    }

    /** What came of a step, unless another one has followed. */
    private MemorySegment current(long step) {
        if (step != count) {
            throw new IllegalStateException("the logits of step " + step + " are gone: there have been " + count);
        }
        return memory.hostAnswer();
    }

    private void copyRow(long step, int row, float[] target) {
        current(step);
        if (step != copiedStep || row != copiedRow) {
            copiedStep = -1;
            long bytes = memory.estimate().rowBytes();
            stream.copyToHost(memory.hostRow(), memory.logits() + row * bytes);
            stream.synchronize();
            copiedStep = step;
            copiedRow = row;
        }
        MemorySegment.copy(
                memory.hostRow(),
                ValueLayout.JAVA_FLOAT,
                0,
                target,
                0,
                memory.estimate().vocabulary());
    }
}
