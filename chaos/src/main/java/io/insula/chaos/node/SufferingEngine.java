package io.insula.chaos.node;

import io.insula.chaos.node.ChaosNode.Control;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepLogits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * An engine that fails, or stands still, as long as a file says so, and that may be slower than it is.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class SufferingEngine implements DecoderEngine {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final DecoderEngine engine;
    private final Path controls;
    private final long paceNanos;

    SufferingEngine(DecoderEngine engine, Path controls, long paceNanos) {
        this.engine = engine;
        this.controls = controls;
        this.paceNanos = paceNanos;
    }

    private void suffer() {
        if (is(Control.THROW)) {
            throw new EngineException("thrown because a test wants it so");
        }
        while (is(Control.STALL)) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private boolean is(Control control) {
        return Files.exists(controls.resolve(control.fileName()));
    }

    @Override
    public StepLogits decode(int rows, int[] tokens) {
        suffer();
        if (paceNanos > 0) {
            LockSupport.parkNanos(paceNanos);
        }
        return engine.decode(rows, tokens);
    }

    @Override
    public void prefill(int slot, int[] tokens, int from, int count) {
        suffer();
        engine.prefill(slot, tokens, from, count);
    }

    @Override
    public void prefillPart(int slot, int[] tokens, int from, int count) {
        suffer();
        engine.prefillPart(slot, tokens, from, count);
    }

    @Override
    public StepLogits prefillScored(int slot, int[] tokens, int from, int count) {
        suffer();
        return engine.prefillScored(slot, tokens, from, count);
    }

    @Override
    public StepLogits prefillLogits() {
        return engine.prefillLogits();
    }

    @Override
    public EngineShape shape() {
        return engine.shape();
    }

    @Override
    public String fingerprint() {
        return engine.fingerprint();
    }

    @Override
    public int length(int slot) {
        return engine.length(slot);
    }

    @Override
    public void clear(int slot) {
        engine.clear(slot);
    }

    @Override
    public void move(int source, int target) {
        engine.move(source, target);
    }

    @Override
    public void copy(int source, int target) {
        engine.copy(source, target);
    }

    @Override
    public long tokenBytes() {
        return engine.tokenBytes();
    }

    @Override
    public KvBlock save(int slot, int from, int to) {
        return engine.save(slot, from, to);
    }

    @Override
    public void load(KvBlock block, int slot) {
        engine.load(block, slot);
    }

    @Override
    public int scoredTokens() {
        return engine.scoredTokens();
    }

    @Override
    public void close() {
        engine.close();
    }
}
