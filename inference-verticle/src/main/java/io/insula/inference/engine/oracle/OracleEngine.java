package io.insula.inference.engine.oracle;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.StepArguments;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.WholeLogits;
import io.insula.inference.graph.DecoderDescription;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * Computes a decoder in float64 with plain loops: right by inspection, for small models.
 *
 * <p><b>Thread:</b> one at a time.
 */
public final class OracleEngine implements DecoderEngine {

    private final EngineShape shape;
    private final int layers;
    private final long tokenBytes;
    private final OracleGraphWriter graph;
    private final OracleSlot[] slots;
    private final FloatBuffer prefillLogits;
    private final FloatBuffer decodeLogits;
    private final StepArguments arguments;

    public OracleEngine(DecoderDescription decoder, int slots, int slotTokens) {
        this(decoder, slots, slotTokens, CausalMask.PAST_AND_SELF);
    }

    OracleEngine(DecoderDescription decoder, int slots, int slotTokens, CausalMask mask) {
        this.shape = new EngineShape(decoder.shape().vocabulary(), slots, slotTokens);
        this.layers = decoder.shape().layers();
        this.tokenBytes = 2L * layers * decoder.shape().keyWidth() * Double.BYTES;
        this.graph = new OracleGraphWriter(decoder.shape(), mask);
        decoder.write(graph);
        this.slots = new OracleSlot[slots];
        Arrays.setAll(this.slots, slot -> new OracleSlot(layers));
        this.prefillLogits = FloatBuffer.allocate(shape.vocabulary());
        this.decodeLogits = FloatBuffer.allocate(Math.multiplyExact(scoredTokens(), shape.vocabulary()));
        this.arguments = new StepArguments(shape);
    }

    @Override
    public EngineShape shape() {
        return shape;
    }

    @Override
    public String fingerprint() {
        return "oracle " + System.identityHashCode(this);
    }

    @Override
    public int length(int slot) {
        return slots[arguments.slot(slot)].length();
    }

    @Override
    public void clear(int slot) {
        slots[arguments.slot(slot)] = new OracleSlot(layers);
    }

    @Override
    public void move(int source, int target) {
        arguments.slot(target);
        if (arguments.slot(source) != target) {
            slots[target] = slots[source];
            slots[source] = new OracleSlot(layers);
        }
    }

    @Override
    public void copy(int source, int target) {
        arguments.slot(target);
        if (arguments.slot(source) != target) {
            slots[target] = slots[source].copy();
        }
    }

    @Override
    public long tokenBytes() {
        return tokenBytes;
    }

    @Override
    public KvBlock save(int slot, int from, int to) {
        arguments.range(slot, length(slot), from, to);
        return slots[slot].save(from, to, tokenBytes);
    }

    @Override
    public void load(KvBlock block, int slot) {
        arguments.load(block, slot, length(slot));
        slots[slot].load((OracleBlock) block);
    }

    @Override
    public int scoredTokens() {
        return Math.max(4, shape.slots());
    }

    @Override
    public StepLogits prefillScored(int slot, int[] tokens, int from, int count) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        arguments.scored(count, scoredTokens());
        for (int i = 0; i < count; i++) {
            put(decodeLogits, i * shape.vocabulary(), graph.run(slots[slot], tokens[from + i]));
        }
        return new WholeLogits(decodeLogits, shape.vocabulary());
    }

    @Override
    public void prefill(int slot, int[] tokens, int from, int count) {
        arguments.prefill(slot, length(slot), tokens, from, count);
        for (int i = from; i < from + count; i++) {
            put(prefillLogits, 0, graph.run(slots[slot], tokens[i]));
        }
    }

    @Override
    public StepLogits prefillLogits() {
        return new WholeLogits(prefillLogits, shape.vocabulary());
    }

    @Override
    public StepLogits decode(int rows, int[] tokens) {
        arguments.decode(rows, tokens, this::length);
        for (int row = 0; row < rows; row++) {
            put(decodeLogits, row * shape.vocabulary(), graph.run(slots[row], tokens[row]));
        }
        return new WholeLogits(decodeLogits, shape.vocabulary());
    }

    @Override
    public void close() {}

    private static void put(FloatBuffer target, int at, double[] logits) {
        for (int i = 0; i < logits.length; i++) {
            target.put(at + i, (float) logits[i]);
        }
    }
}
