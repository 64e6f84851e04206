package io.insula.launcher.failover;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepLogits;

/** A real engine that asks before each decode step whether something happens to it. */
public record FaultyEngine(DecoderEngine engine, Runnable beforeDecode) implements DecoderEngine {

    @Override
    public StepLogits decode(int rows, int[] tokens) {
        beforeDecode.run();
        return engine.decode(rows, tokens);
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
    public void prefill(int slot, int[] tokens, int from, int count) {
        engine.prefill(slot, tokens, from, count);
    }

    @Override
    public void prefillPart(int slot, int[] tokens, int from, int count) {
        engine.prefillPart(slot, tokens, from, count);
    }

    @Override
    public StepLogits prefillLogits() {
        return engine.prefillLogits();
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
    public StepLogits prefillScored(int slot, int[] tokens, int from, int count) {
        return engine.prefillScored(slot, tokens, from, count);
    }

    @Override
    public void close() {
        engine.close();
    }
}
