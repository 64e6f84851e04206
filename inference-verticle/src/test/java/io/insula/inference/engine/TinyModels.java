package io.insula.inference.engine;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LayerPattern;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.Qwen2Decoder;
import io.insula.inference.graph.Qwen3Decoder;
import io.insula.inference.graph.Rope;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.RopeScaling;
import io.insula.inference.graph.SmolLm3Decoder;
import io.insula.inference.graph.Weights;
import io.insula.inference.weights.ModelTensor;
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
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;

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

    /** One layer whose rows are whole blocks of every type; vocabulary and context as of {@link #shape}. */
    public static DecoderShape wideShape() {
        return new DecoderShape(1, 4, 1, 64, 256, 256, 101, 160, 10_000, RopeLayout.INTERLEAVED, 1e-5);
    }

    /**
     * A model whose matrices have that type; normalisation is F32, as in model files. Three layers, or one wide one where the
     * type's blocks are long.
     */
    public static LlamaDecoder of(TensorType type) {
        return of(type.blockSize() > 32 ? wideShape() : shape(3), type, SEED);
    }

    public static LlamaDecoder of(DecoderShape shape, TensorType type, long seed) {
        return new LlamaDecoder(shape, weights(shape, name -> type, seed));
    }

    /** The same model with random biases of query, key and value. */
    public static Weights withBiases(Weights weights, DecoderShape shape) {
        Map<String, ModelTensor> biases = new HashMap<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            String block = "blk." + layer + ".";
            gain(biases, SEED, block + "attn_q.bias", shape.queryWidth());
            gain(biases, SEED, block + "attn_k.bias", shape.keyWidth());
            gain(biases, SEED, block + "attn_v.bias", shape.keyWidth());
        }
        return name -> Optional.ofNullable(biases.get(name)).or(() -> weights.find(name));
    }

    /** The same model with random gains of norms over query and key heads. */
    public static Weights withHeadNorms(Weights weights, DecoderShape shape) {
        Map<String, ModelTensor> gains = new HashMap<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            gain(gains, SEED, "blk." + layer + ".attn_q_norm.weight", shape.headSize());
            gain(gains, SEED, "blk." + layer + ".attn_k_norm.weight", shape.headSize());
        }
        return name -> Optional.ofNullable(gains.get(name)).or(() -> weights.find(name));
    }

    /** A model of every architecture, and of everything that a shape can ask for. */
    public static Stream<Named<DecoderDescription>> architectures(TensorType type) {
        DecoderShape plain = shape(3);
        DecoderShape halves = plain.withRope(new Rope(10_000, RopeLayout.HALVES, new RopeScaling.None()));
        DecoderShape narrow = new DecoderShape(3, 4, 2, 32, 64, 96, 101, 160, 10_000, RopeLayout.HALVES, 1e-5);
        List<Double> divisors = DoubleStream.iterate(1, divisor -> 1.5 * divisor)
                .limit(plain.headSize() / 2)
                .boxed()
                .toList();
        return Stream.of(
                Named.of(type + " llama with biases", new LlamaDecoder(plain, withBiases(random(plain, type), plain))),
                scaled(type, new RopeScaling.Linear(4)),
                scaled(type, new RopeScaling.Llama3(8, 1, 4, 64)),
                scaled(type, new RopeScaling.Yarn(4, 40, 32, 1, RopeScaling.Yarn.recommendedMagnitude(4))),
                scaled(type, new RopeScaling.Divided(divisors)),
                patterned(type + " with a window", type, new LayerPattern(7, List.of(0, 1, 2), List.of())),
                patterned(type + " with a window in one layer", type, new LayerPattern(20, List.of(1), List.of())),
                Named.of(type + " qwen2", new Qwen2Decoder(halves, withBiases(random(halves, type), halves))),
                Named.of(type + " qwen3", new Qwen3Decoder(narrow, withHeadNorms(random(narrow, type), narrow))),
                Named.of(
                        type + " smollm3",
                        new SmolLm3Decoder(
                                plain.withPattern(new LayerPattern(0, List.of(), List.of(1))), random(plain, type))));
    }

    private static Named<DecoderDescription> scaled(TensorType type, RopeScaling scaling) {
        DecoderShape shape = shape(3).withRope(new Rope(10_000, RopeLayout.INTERLEAVED, scaling));
        String name = type + " with " + scaling.getClass().getSimpleName() + " rope scaling";
        return Named.of(name, new LlamaDecoder(shape, random(shape, type)));
    }

    private static Named<DecoderDescription> patterned(String name, TensorType type, LayerPattern pattern) {
        DecoderShape shape = shape(3).withPattern(pattern);
        return Named.of(name, new LlamaDecoder(shape, random(shape, type)));
    }

    private static Weights random(DecoderShape shape, TensorType type) {
        return weights(shape, name -> type, SEED);
    }

    /** Which type the matrix of that name has. */
    @FunctionalInterface
    public interface Types {
        TensorType of(String name);
    }

    public static Weights weights(DecoderShape shape, Types types, long seed) {
        Map<String, ModelTensor> tensors = new HashMap<>();
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

    private static void gain(Map<String, ModelTensor> tensors, long seed, String name, int elements) {
        Random random = random(seed, name);
        MemorySegment data = Arena.ofAuto().allocate(4L * elements, 32);
        for (int i = 0; i < elements; i++) {
            data.set(FLOAT, 4L * i, 0.5f + random.nextFloat());
        }
        tensors.put(name, new ModelTensor(name, TensorType.F32, dimensions(elements), data));
    }

    private static void matrix(
            Map<String, ModelTensor> tensors, Types types, long seed, String name, int columns, int rows) {
        Random random = random(seed, name);
        TensorType type = types.of(name);
        MemorySegment data = Arena.ofAuto().allocate(type.bytes((long) columns * rows), 32);
        double deviation = 1.5 / Math.sqrt(columns);
        for (long at = 0; at < data.byteSize(); at += type.blockBytes()) {
            block(type, data.asSlice(at, type.blockBytes()), deviation, random);
        }
        tensors.put(name, new ModelTensor(name, type, dimensions(columns, rows), data));
    }

    /** Random elements of that standard deviation, more or less. */
    private static void block(TensorType type, MemorySegment block, double deviation, Random random) {
        float value = (float) (random.nextGaussian() * deviation);
        float scale = (float) (deviation * (0.5 + random.nextDouble()));
        switch (type) {
            case F32 -> block.set(FLOAT, 0, value);
            case F16 -> block.set(SHORT, 0, Float.floatToFloat16(value));
            case BF16 -> block.set(SHORT, 0, (short) (Float.floatToRawIntBits(value) >>> 16));
            case Q4_0 -> quants(block, 0, scale / 4.6f, random);
            case Q5_0 -> quants(block, 0, scale / 9.2f, random);
            case Q8_0 -> quants(block, 0, scale / 74f, random);
            case IQ4_NL -> quants(block, 0, scale / 67f, random);
            case Q3_K -> quants(block, 108, scale / 42f, random);
            case Q6_K -> quants(block, 208, scale / 1370f, random);
            case Q4_1 -> {
                quants(block, 0, scale / 4.6f, random);
                half(block, 2, scale / 4.6f * (-9.5f + 4 * random.nextFloat()));
            }
            case Q5_1 -> {
                quants(block, 0, scale / 9.2f, random);
                half(block, 2, scale / 9.2f * (-17.5f + 4 * random.nextFloat()));
            }
            case Q2_K -> {
                quants(block, 80, scale / 13f, random);
                half(block, 82, scale / 13f * 1.5f);
            }
            case Q4_K -> {
                quants(block, 0, scale / 280f, random);
                half(block, 2, scale / 280f * 7.5f);
            }
            case Q5_K -> {
                quants(block, 0, scale / 560f, random);
                half(block, 2, scale / 560f * 15.5f);
            }
            default -> throw new IllegalArgumentException("no random blocks of " + type);
        }
    }

    /** Random bits, and a scale among them. */
    private static void quants(MemorySegment block, long scaleAt, float scale, Random random) {
        byte[] bits = new byte[Math.toIntExact(block.byteSize())];
        random.nextBytes(bits);
        MemorySegment.copy(bits, 0, block, ValueLayout.JAVA_BYTE, 0, bits.length);
        half(block, scaleAt, scale);
    }

    private static void half(MemorySegment block, long at, float value) {
        block.set(SHORT, at, Float.floatToFloat16(value));
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
        ModelTensor query = weights.find(name).orElseThrow();
        byte[] bytes = query.data().toArray(ValueLayout.JAVA_BYTE);
        int head = bytes.length / shape.heads();
        byte[] swapped = bytes.clone();
        System.arraycopy(bytes, 0, swapped, head, head);
        System.arraycopy(bytes, head, swapped, 0, head);
        MemorySegment data = Arena.ofAuto().allocate(swapped.length, 32);
        MemorySegment.copy(swapped, 0, data, ValueLayout.JAVA_BYTE, 0, swapped.length);
        ModelTensor faulty = new ModelTensor(name, query.type(), query.shape(), data);
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
