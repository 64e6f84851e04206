package io.insula.launcher.failover;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/** A small Llama of random weights over bytes, the same each time. */
final class TinyLlama {

    static final int CONTEXT = 1024;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final DecoderShape SHAPE =
            new DecoderShape(2, 4, 2, 64, 64, 96, ByteChat.VOCABULARY, CONTEXT, 10_000, RopeLayout.INTERLEAVED, 1e-5);

    private TinyLlama() {}

    static LlamaDecoder make() {
        Map<String, ModelTensor> tensors = new HashMap<>();
        matrix(tensors, "token_embd.weight", SHAPE.hidden(), SHAPE.vocabulary());
        gain(tensors, "output_norm.weight");
        for (int layer = 0; layer < SHAPE.layers(); layer++) {
            String block = "blk." + layer + ".";
            gain(tensors, block + "attn_norm.weight");
            matrix(tensors, block + "attn_q.weight", SHAPE.hidden(), SHAPE.queryWidth());
            matrix(tensors, block + "attn_k.weight", SHAPE.hidden(), SHAPE.keyWidth());
            matrix(tensors, block + "attn_v.weight", SHAPE.hidden(), SHAPE.keyWidth());
            matrix(tensors, block + "attn_output.weight", SHAPE.queryWidth(), SHAPE.hidden());
            gain(tensors, block + "ffn_norm.weight");
            matrix(tensors, block + "ffn_gate.weight", SHAPE.hidden(), SHAPE.feedForward());
            matrix(tensors, block + "ffn_up.weight", SHAPE.hidden(), SHAPE.feedForward());
            matrix(tensors, block + "ffn_down.weight", SHAPE.feedForward(), SHAPE.hidden());
        }
        return new LlamaDecoder(SHAPE, name -> Optional.ofNullable(tensors.get(name)));
    }

    private static void gain(Map<String, ModelTensor> tensors, String name) {
        Random random = new Random(name.hashCode());
        tensor(tensors, name, () -> 0.5f + random.nextFloat(), SHAPE.hidden());
    }

    private static void matrix(Map<String, ModelTensor> tensors, String name, int columns, int rows) {
        Random random = new Random(name.hashCode());
        double deviation = 1.5 / Math.sqrt(columns);
        tensor(tensors, name, () -> (float) (random.nextGaussian() * deviation), columns, rows);
    }

    @FunctionalInterface
    private interface Numbers {
        float next();
    }

    private static void tensor(Map<String, ModelTensor> tensors, String name, Numbers numbers, long... shape) {
        long elements = LongStream.of(shape).reduce(1, (a, b) -> a * b);
        MemorySegment data = Arena.ofAuto().allocate(4 * elements, 32);
        for (long i = 0; i < elements; i++) {
            data.set(FLOAT, 4 * i, numbers.next());
        }
        List<Long> dimensions = LongStream.of(shape).boxed().toList();
        tensors.put(name, new ModelTensor(name, TensorType.F32, dimensions, data));
    }
}
