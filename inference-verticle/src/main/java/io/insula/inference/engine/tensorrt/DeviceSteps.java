package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Runs a plan's steps over the cache: tokens are sent, the plan runs, new keys and values go to their places, logits come back.
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
    }

    /**
     * Appends tokens to a slot, for which there is room.
     *
     * @param count 1 to {@link PlanSignature#chunk}
     * @param wanted the last of them whose logits are computed, at least 1
     * @param logits where the logits go, or null
     */
    void prefill(int slot, int[] tokens, int from, int count, int wanted, @Nullable MemorySegment logits) {
        memory.hostTokens().put(0, tokens, from, count);
        memory.hostPast().put(0, cache.length(slot));
        for (int i = 0; i < wanted; i++) {
            memory.hostWanted().put(i, count - wanted + i);
        }
        sendInputs();
        binding.bind(prefill, cache, slot, 1, count, wanted);
        prefill.enqueue(stream);
        append(slot, 1, count, 0);
        receive(slot, 1, wanted, logits);
    }

    /** Appends a token to each of the first slots; their logits are in {@link EngineMemory#hostLogits}. */
    void decode(int rows, int[] tokens) {
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
        decode.run(cache, computed);
        for (int row = 0; row < rows; row++) {
            append(row, computed, 1, row);
        }
        receive(0, rows, rows, memory.hostLogits());
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
    private void receive(int slot, int rows, int wanted, @Nullable MemorySegment logits) {
        long bytes = (long) wanted * memory.estimate().vocabulary() * Float.BYTES;
        if (logits != null) {
            stream.copyToHost(logits.asSlice(0, bytes), memory.logits());
        }
        MemorySegment sums = memory.hostLogSums().asSlice(0, (long) wanted * Float.BYTES);
        stream.copyToHost(sums, memory.logSums());
        stream.synchronize();
        for (int row = 0; row < rows; row++) {
            if (!Float.isFinite(sums.getAtIndex(ValueLayout.JAVA_FLOAT, wanted - rows + row))) {
                cache.spoil(slot + row);
            }
        }
    }
}
