package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.Cuda;
import io.insula.djl.tensorrt.cuda.CudaStream;
import io.insula.djl.tensorrt.nvinfer.LayerTimes;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepArguments;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.graph.DecoderShape;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The GPU engine: a plan of TensorRT over a cache of keys and values that stays on the device.
 *
 * <p>Everything is allocated when it is opened. A step sends its tokens, launches one captured graph, copies each row's new keys
 * and values to their place and waits for the largest logits; the others stay on the device until somebody asks for a row.
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
    private final StepArguments arguments;
    private final EngineMemory memory;
    private final DeviceCache cache;
    private final DeviceSteps steps;
    private final HostTransfer transfer;
    private final Holdings holdings;
    private final String fingerprint;
    private boolean topTold = true;
    private @Nullable StepLogits prefilled;
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
        this.arguments = new StepArguments(shape);
        CudaStream stream = cuda.newStream(device);
        holdings.add(stream::close);
        this.memory = new EngineMemory(cuda, device, estimate, holdings);
        this.cache = new DeviceCache(stream, layout, memory.cache(), memory.staging(), estimate.stagingBytes());
        this.transfer = new HostTransfer(cuda, device, stream, cache, memory, holdings);
        this.steps = new DeviceSteps(network, plan, memory, stream, cache, config.graphs(), holdings);
        holdings.add(stream::synchronize);
        TopTrial top = new TopTrial(this);
        top.prefill();
        boolean exact = config.exactTrial() && new ExactTrial(this, cache, layout, top).showsNoDifference();
        this.topTold = top.sound();
        this.fingerprint = numerics.fingerprint(decoder, plan, layout, exact);
        if (!topTold) {
            LOG.warn("What the plan tells of the largest logits is not so: every step copies whole rows");
        }
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
        prefilled = null;
        onDevice(() -> {
            cache.reserve(cache.length(slot) + count);
            int end = from + count;
            for (int at = from; at < end; ) {
                int chunk = Math.min(plan.chunk(), end - at);
                at += chunk;
                steps.prefill(slot, tokens, at - chunk, chunk, 1);
            }
        });
        prefilled = logitsWanted ? logits() : null;
    }

    @Override
    public StepLogits prefillLogits() {
        StepLogits logits = prefilled;
        if (logits == null) {
            throw new IllegalStateException("No prompt was prefilled with its logits.");
        }
        return logits;
    }

    @Override
    public int scoredTokens() {
        return plan.scored();
    }

    @Override
    public StepLogits prefillScored(int slot, int[] tokens, int from, int count) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        arguments.scored(count, scoredTokens());
        onDevice(() -> {
            cache.reserve(cache.length(slot) + count);
            steps.prefill(slot, tokens, from, count, count);
        });
        return logits();
    }

    @Override
    public StepLogits decode(int rows, int[] tokens) {
        arguments.decode(rows, tokens, this::length);
        onDevice(() -> steps.decode(rows, tokens));
        return logits();
    }

    /**
     * A decode step whose layers tell how long each took. It is not captured, and takes longer than a step that nobody asks.
     *
     * @param times called before this returns
     */
    public StepLogits decode(int rows, int[] tokens, LayerTimes times) {
        arguments.decode(rows, tokens, this::length);
        onDevice(() -> steps.decode(rows, tokens, times));
        return logits();
    }

    /** Of the last step. */
    private StepLogits logits() {
        return steps.logits(this::onDevice, topTold);
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
