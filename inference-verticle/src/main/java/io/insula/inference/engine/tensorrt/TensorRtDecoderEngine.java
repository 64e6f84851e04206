package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepArguments;
import io.insula.inference.graph.DecoderShape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.FloatBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU engine: a plan of TensorRT over a cache of keys and values that stays on the device.
 *
 * <p>Everything is allocated when it is opened. A step sends its tokens, launches one captured graph, copies each row's new keys
 * and values to their place and waits for the logits.
 *
 * <p><b>Thread:</b> one at a time.
 *
 * <p><b>Errors:</b> after an {@link EngineException} it can only be closed.
 */
public final class TensorRtDecoderEngine implements DecoderEngine {

    private static final Logger LOG = LoggerFactory.getLogger(TensorRtDecoderEngine.class);

    private final EngineShape shape;
    private final PlanSignature plan;
    private final CacheLayout layout;
    private final BatchBuckets batches;
    private final StepArguments arguments;
    private final EngineMemory memory;
    private final CudaStream stream;
    private final DeviceCache cache;
    private final StepBinding binding;
    private final PlanContext prefill;
    private final DecodeGraphs decode;
    private final HostTransfer transfer;
    private final Holdings holdings;
    private final String fingerprint;
    private @Nullable RuntimeException failure;
    private boolean closed;

    private TensorRtDecoderEngine(
            Cuda cuda,
            Plan network,
            DecoderShape decoder,
            TensorRtConfig config,
            GpuNumerics numerics,
            Holdings holdings) {
        int device = network.device();
        this.holdings = holdings;
        this.plan = PlanSignature.of(network, decoder);
        long free = cuda.memory(device).freeBytes();
        MemoryEstimate estimate = new DeviceBudget(decoder, plan, config, free).divide();
        LOG.info("KV cache: {}; {} MiB of GPU {} were free", estimate, free >> 20, device);
        this.layout = estimate.layout();
        this.shape = new EngineShape(decoder.vocabulary(), layout.slots(), estimate.slotTokens());
        this.batches = BatchBuckets.of(layout.slots());
        this.arguments = new StepArguments(shape);
        this.stream = cuda.newStream(device);
        holdings.add(stream::close);
        this.memory = new EngineMemory(cuda, device, estimate, holdings);
        this.cache = new DeviceCache(stream, layout, memory.cache(), memory.staging(), estimate.stagingBytes());
        this.transfer = new HostTransfer(cuda, device, stream, cache, memory, holdings);
        this.binding = new StepBinding(network, plan, memory);
        this.prefill = network.newContext(memory.activations(), plan.activationBytes());
        holdings.add(prefill::close);
        prefill.profile(PlanSignature.PREFILL, stream);
        this.decode = new DecodeGraphs(network, stream, binding, memory, config.graphs());
        holdings.add(decode::close);
        holdings.add(stream::synchronize);
        boolean exact = config.exactTrial() && new ExactTrial(this, cache, layout).showsNoDifference();
        this.fingerprint = numerics.fingerprint(decoder, plan, layout, exact);
        LOG.info("Rows, batches and chunks {} each other's bits", exact ? "did not change" : "may change");
    }

    /**
     * Opens an engine.
     *
     * @param plan of the decoder's network, with a profile to decode and one to prefill; closed with the engine, and when this
     *     fails
     * @throws IllegalArgumentException for a plan of another network, and for too little memory
     * @throws EngineException when the device fails
     */
    public static TensorRtDecoderEngine open(
            Cuda cuda, Plan plan, DecoderShape decoder, TensorRtConfig config, GpuNumerics numerics) {
        Holdings holdings = new Holdings();
        holdings.add(plan::close);
        boolean open = false;
        try {
            TensorRtDecoderEngine engine = new TensorRtDecoderEngine(cuda, plan, decoder, config, numerics, holdings);
            open = true;
            return engine;
        } catch (ai.djl.engine.EngineException e) {
            throw new EngineException("the GPU engine cannot be opened: " + e.getMessage(), e);
        } finally {
            if (!open) {
                holdings.close();
            }
        }
    }

    @Override
    public EngineShape shape() {
        return shape;
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public int length(int slot) {
        return cache.length(arguments.slot(slot));
    }

    @Override
    public void clear(int slot) {
        arguments.slot(slot);
        onDevice(() -> cache.clear(slot));
    }

    @Override
    public void move(int source, int target) {
        arguments.slot(target);
        if (arguments.slot(source) != target) {
            onDevice(() -> {
                cache.copy(source, target);
                cache.clear(source);
            });
        }
    }

    @Override
    public void copy(int source, int target) {
        arguments.slot(target);
        if (arguments.slot(source) != target) {
            onDevice(() -> cache.copy(source, target));
        }
    }

    @Override
    public long tokenBytes() {
        return layout.tokenBytes();
    }

    @Override
    public KvBlock save(int slot, int from, int to) {
        arguments.range(slot, length(slot), from, to);
        return onDevice(() -> transfer.save(slot, from, to));
    }

    @Override
    public void load(KvBlock block, int slot) {
        arguments.load(block, slot, length(slot));
        if (!(block instanceof HostKv saved)) {
            throw new IllegalArgumentException("block: a " + block.getClass().getSimpleName()
                    + " (expected: one that an engine of this kind saved)");
        }
        long expected = (saved.to() - saved.from()) * tokenBytes();
        if (saved.bytes() != expected) {
            throw new IllegalArgumentException(
                    "block of " + saved.bytes() + " bytes (expected: " + expected + ", as this model's)");
        }
        onDevice(() -> {
            cache.reserve(saved.to());
            transfer.load(saved, slot);
        });
    }

    @Override
    public void prefill(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count, true);
    }

    @Override
    public void prefillPart(int slot, int[] tokens, int from, int count) {
        prefill(slot, tokens, from, count, false);
    }

    private void prefill(int slot, int[] tokens, int from, int count, boolean logitsWanted) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        onDevice(() -> {
            cache.reserve(cache.length(slot) + count);
            int end = from + count;
            for (int at = from; at < end; ) {
                int chunk = Math.min(plan.chunk(), end - at);
                at += chunk;
                boolean wanted = logitsWanted && at == end;
                prefillChunk(slot, tokens, at - chunk, chunk, 1, wanted ? memory.hostPrefillLogits() : null);
            }
        });
    }

    @Override
    public FloatBuffer prefillLogits() {
        return EngineMemory.floats(memory.hostPrefillLogits());
    }

    @Override
    public int scoredTokens() {
        return plan.scored();
    }

    @Override
    public FloatBuffer prefillScored(int slot, int[] tokens, int from, int count) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        arguments.scored(count, scoredTokens());
        onDevice(() -> {
            cache.reserve(cache.length(slot) + count);
            prefillChunk(slot, tokens, from, count, count, memory.hostLogits());
        });
        return EngineMemory.floats(memory.hostLogits());
    }

    /** Appends a chunk to a slot and copies the logits behind its last {@code wanted} tokens to the host, if there is a place. */
    private void prefillChunk(int slot, int[] tokens, int from, int count, int wanted, @Nullable MemorySegment logits) {
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

    @Override
    public FloatBuffer decode(int rows, int[] tokens) {
        arguments.decode(rows, tokens, this::length);
        onDevice(() -> {
            for (int row = 0; row < rows; row++) {
                cache.reserve(cache.length(row) + 1);
            }
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
        });
        return EngineMemory.floats(memory.hostLogits());
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

    /** Waits for the step; its last logits' sums tell whether the slots' numbers are any. */
    private void receive(int slot, int rows, int wanted, @Nullable MemorySegment logits) {
        long bytes = (long) wanted * shape.vocabulary() * Float.BYTES;
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

    private void onDevice(Runnable work) {
        onDevice(() -> {
            work.run();
            return true;
        });
    }

    private <T> T onDevice(Supplier<T> work) {
        if (closed) {
            throw new IllegalStateException("The engine is closed.");
        }
        if (failure != null) {
            throw new EngineException("the GPU engine failed before: " + failure.getMessage(), failure);
        }
        try {
            return work.get();
        } catch (ai.djl.engine.EngineException e) {
            failure = e;
            throw new EngineException("the GPU failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            holdings.close();
        }
    }
}
