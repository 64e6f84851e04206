package io.insula.inference.engine;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.Weights;
import io.insula.inference.weights.GgufTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.LongStream;

/** Small random Llama models in memory, the same for the same seed, to run engines in tests without a file. */
public final class TinyModels {

    public static final long SEED = 20260101;

    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private TinyModels() {}

    /** Four heads of 16, two of them for keys and values, 101 tokens of vocabulary, 160 tokens of context. */
    public static DecoderShape shape(int layers) {
        return new DecoderShape(layers, 4, 2, 16, 64, 96, 101, 160, 10_000, RopeLayout.INTERLEAVED, 1e-5);
    }

    /** Three layers whose matrices have that type; normalisation is F32, as in model files. */
    public static LlamaDecoder of(TensorType type) {
        return of(shape(3), type, SEED);
    }

    public static LlamaDecoder of(DecoderShape shape, TensorType type, long seed) {
        return new LlamaDecoder(shape, weights(shape, name -> type, seed));
    }

    /** Which type the matrix of that name has. */
    @FunctionalInterface
    public interface Types {
        TensorType of(String name);
    }

    public static Weights weights(DecoderShape shape, Types types, long seed) {
        Map<String, GgufTensor> tensors = new HashMap<>();
        matrix(tensors, types, seed, "token_embd.weight", shape.hidden(), shape.vocabulary());
        gain(tensors, seed, "output_norm.weight", shape.hidden());
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            gain(tensors, seed, block + "attn_norm.weight", shape.hidden());
            matrix(tensors, types, seed, block + "attn_q.weight", shape.hidden(), shape.queryWidth());
            matrix(tensors, types, seed, block + "attn_k.weight", shape.hidden(), shape.keyWidth());
            matrix(tensors, types, seed, block + "attn_v.weight", shape.hidden(), shape.keyWidth());
            matrix(tensors, types, seed, block + "attn_output.weight", shape.queryWidth(), shape.hidden());
            gain(tensors, seed, block + "ffn_norm.weight", shape.hidden());
            matrix(tensors, types, seed, block + "ffn_gate.weight", shape.hidden(), shape.feedForward());
            matrix(tensors, types, seed, block + "ffn_up.weight", shape.hidden(), shape.feedForward());
            matrix(tensors, types, seed, block + "ffn_down.weight", shape.feedForward(), shape.hidden());
        }
        return name -> Optional.ofNullable(tensors.get(name));
    }

    private static void gain(Map<String, GgufTensor> tensors, long seed, String name, int elements) {
        Random random = random(seed, name);
        MemorySegment data = Arena.ofAuto().allocate(4L * elements, 32);
        for (int i = 0; i < elements; i++) {
            data.set(FLOAT, 4L * i, 0.5f + random.nextFloat());
        }
        tensors.put(name, new GgufTensor(name, TensorType.F32, dimensions(elements), data));
    }

    private static void matrix(
            Map<String, GgufTensor> tensors, Types types, long seed, String name, int columns, int rows) {
        Random random = random(seed, name);
        TensorType type = types.of(name);
        MemorySegment data = Arena.ofAuto().allocate(type.bytes((long) columns * rows), 32);
        double deviation = 1.5 / Math.sqrt(columns);
        for (long at = 0; at < data.byteSize(); at += type.blockBytes()) {
            block(type, data.asSlice(at, type.blockBytes()), deviation, random);
        }
        tensors.put(name, new GgufTensor(name, type, dimensions(columns, rows), data));
    }

    /** Random elements of that standard deviation, more or less. */
    private static void block(TensorType type, MemorySegment block, double deviation, Random random) {
        float value = (float) (random.nextGaussian() * deviation);
        float scale = (float) (deviation * (0.5 + random.nextDouble()));
        switch (type) {
            case F32 -> block.set(FLOAT, 0, value);
            case F16 -> block.set(SHORT, 0, Float.floatToFloat16(value));
            case BF16 -> block.set(SHORT, 0, (short) (Float.floatToRawIntBits(value) >>> 16));
            case Q4_0 -> quants(block, 2, scale / 4.6f, random);
            case Q8_0 -> quants(block, 2, scale / 74f, random);
            case Q4_1 -> {
                quants(block, 4, scale / 4.6f, random);
                block.set(SHORT, 2, Float.floatToFloat16(scale / 4.6f * (-9.5f + 4 * random.nextFloat())));
            }
            default -> throw new IllegalArgumentException("no random blocks of " + type);
        }
    }

    private static void quants(MemorySegment block, int from, float scale, Random random) {
        byte[] quants = new byte[Math.toIntExact(block.byteSize() - from)];
        random.nextBytes(quants);
        MemorySegment.copy(quants, 0, block, ValueLayout.JAVA_BYTE, from, quants.length);
        block.set(SHORT, 0, Float.floatToFloat16(scale));
    }

    private static List<Long> dimensions(long... dimensions) {
        return LongStream.of(dimensions).boxed().toList();
    }

    private static Random random(long seed, String name) {
        return new Random(seed * 31 + name.hashCode());
    }

    /** The same weights with the query rows of the first two heads of one layer swapped: a planted fault. */
    public static Weights withSwappedHeads(Weights weights, DecoderShape shape, int layer) {
        String name = "blk." + layer + ".attn_q.weight";
        GgufTensor query = weights.find(name).orElseThrow();
        byte[] bytes = query.data().toArray(ValueLayout.JAVA_BYTE);
        int head = bytes.length / shape.heads();
        byte[] swapped = bytes.clone();
        System.arraycopy(bytes, 0, swapped, head, head);
        System.arraycopy(bytes, head, swapped, 0, head);
        MemorySegment data = Arena.ofAuto().allocate(swapped.length, 32);
        MemorySegment.copy(swapped, 0, data, ValueLayout.JAVA_BYTE, 0, swapped.length);
        GgufTensor faulty = new GgufTensor(name, query.type(), query.shape(), data);
        return wanted -> wanted.equals(name) ? Optional.of(faulty) : weights.find(wanted);
    }

    /** Tokens below the vocabulary, the same for the same seed. */
    public static int[] tokens(DecoderShape shape, int count, long seed) {
        int[] tokens = new int[count];
        Random random = new Random(seed);
        Arrays.setAll(tokens, i -> random.nextInt(shape.vocabulary()));
        return tokens;
    }
}
