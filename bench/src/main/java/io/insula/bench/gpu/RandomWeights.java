package io.insula.bench.gpu;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.Weights;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Weights of a shape that nobody trained: matrices of noise, gains of one, biases of noise. */
final class RandomWeights implements Weights {

    private final Map<String, ModelTensor> tensors = new HashMap<>();
    private final Noise noise;
    private int noisy;

    RandomWeights(DecoderShape shape, boolean tied, boolean biased, Noise noise) {
        this.noise = noise;
        randomly("token_embd.weight", shape.hidden(), shape.vocabulary());
        gain("output_norm.weight", shape.hidden());
        if (!tied) {
            randomly("output.weight", shape.hidden(), shape.vocabulary());
        }
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            gain(block + "attn_norm.weight", shape.hidden());
            randomly(block + "attn_q.weight", shape.hidden(), shape.queryWidth());
            randomly(block + "attn_k.weight", shape.hidden(), shape.keyWidth());
            randomly(block + "attn_v.weight", shape.hidden(), shape.keyWidth());
            randomly(block + "attn_output.weight", shape.queryWidth(), shape.hidden());
            gain(block + "ffn_norm.weight", shape.hidden());
            randomly(block + "ffn_gate.weight", shape.hidden(), shape.feedForward());
            randomly(block + "ffn_up.weight", shape.hidden(), shape.feedForward());
            randomly(block + "ffn_down.weight", shape.feedForward(), shape.hidden());
            if (biased) {
                randomly(block + "attn_q.bias", shape.queryWidth());
                randomly(block + "attn_k.bias", shape.keyWidth());
                randomly(block + "attn_v.bias", shape.keyWidth());
            }
        }
    }

    /** How many views of the noise a shape takes, at most. */
    static int matrices(DecoderShape shape) {
        return 2 + 10 * shape.layers();
    }

    /** Elements of the largest of them. */
    static long largest(DecoderShape shape) {
        long widest = Math.max(shape.vocabulary(), Math.max(shape.feedForward(), shape.queryWidth()));
        return widest * Math.max(shape.hidden(), 1);
    }

    private void gain(String name, int elements) {
        MemorySegment ones = noise.arena().allocate((long) elements * Float.BYTES, Long.BYTES);
        for (int i = 0; i < elements; i++) {
            ones.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
        }
        tensors.put(name, new ModelTensor(name, TensorType.F32, dimensions(elements), ones));
    }

    private void randomly(String name, long... dimensions) {
        long elements = Arrays.stream(dimensions).reduce(1, Math::multiplyExact);
        tensors.put(
                name, new ModelTensor(name, TensorType.BF16, dimensions(dimensions), noise.matrix(noisy++, elements)));
    }

    private static List<Long> dimensions(long... dimensions) {
        return Arrays.stream(dimensions).boxed().toList();
    }

    /** All of them. */
    Collection<ModelTensor> all() {
        return tensors.values();
    }

    @Override
    public Optional<ModelTensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }
}
