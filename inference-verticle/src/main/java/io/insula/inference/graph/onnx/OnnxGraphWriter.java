package io.insula.inference.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.graph.KvScales;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Writes a decoder as an ONNX model of ONNX Runtime's fused operators, with few nodes.
 *
 * <p>Hidden states are two-dimensional, so that a residual or the correction of a type with minima can be added within the
 * matrix product that makes it.
 *
 * <p><b>Errors:</b> a weight of a type without a kernel is a {@link ModelFileException}.
 */
public final class OnnxGraphWriter implements GraphWriter<OnnxValue> {

    /** The attention kernel's. */
    private static final int HEAD_SIZE_UNIT = 16;

    /** Sums of the inputs of each block of a value. */
    private record BlockSums(String value, int block) {}

    private static final Set<TensorType> FLOATS = Set.of(TensorType.F32, TensorType.F16, TensorType.BF16);

    private final DecoderShape shape;
    private final int capacity;
    private final WeightMemory memory;
    private final long mostConstantBytes;
    private final @Nullable KvScales scales;
    private final OnnxModelBuilder model = new OnnxModelBuilder();
    private final Set<ModelTensor> weights = new LinkedHashSet<>();
    private final Map<BlockSums, String> blockSums = new HashMap<>();
    private final Set<String> integers = new HashSet<>();
    private @Nullable ModelTensor embedding;

    private OnnxGraphWriter(
            DecoderShape shape, int capacity, WeightMemory memory, @Nullable KvScales scales, long mostConstantBytes) {
        this.shape = shape;
        this.scales = scales;
        this.capacity = capacity;
        this.memory = memory;
        this.mostConstantBytes = mostConstantBytes;
        if (shape.headSize() % HEAD_SIZE_UNIT != 0) {
            throw new ModelFileException(
                    "head size: " + shape.headSize() + " (expected: a multiple of " + HEAD_SIZE_UNIT + ")");
        }
        String rows = "rows";
        DataType cacheType = scales == null ? DataType.FLOAT : DataType.INT8;
        model.input(OnnxGraph.HIDDEN, DataType.FLOAT, "tokens", shape.hidden());
        model.input(OnnxGraph.STEP_SHAPE, DataType.INT64, 3);
        model.input(OnnxGraph.SELECTED, DataType.INT64, "selected");
        model.input(OnnxGraph.LAST_POSITIONS, DataType.INT32, rows);
        model.input(OnnxGraph.TOTAL_LENGTH, DataType.INT32);
        model.output(OnnxGraph.LOGITS, DataType.FLOAT, "selected", shape.vocabulary());
        for (int layer = 0; layer < shape.layers(); layer++) {
            Object[] cache = {rows, shape.kvHeads(), capacity, shape.headSize()};
            model.input(OnnxGraph.pastKey(layer), cacheType, cache);
            model.input(OnnxGraph.pastValue(layer), cacheType, cache);
            model.output(OnnxGraph.presentKey(layer), cacheType, cache);
            model.output(OnnxGraph.presentValue(layer), cacheType, cache);
        }
        if (shape.layers() > 0) {
            model.integers("tokens_by_width", -1, shape.queryWidth());
            rotaryTables();
        }
    }

    /**
     * Writes a decoder.
     *
     * @param capacity positions of each cache row
     * @param scales of eight-bit keys and values; null: they are float32
     */
    public static OnnxGraph write(
            DecoderDescription decoder, int capacity, WeightMemory memory, @Nullable KvScales scales) {
        return write(decoder, capacity, memory, scales, Integer.MAX_VALUE);
    }

    /**
     * Writes a decoder none of whose weights is longer than {@code mostConstantBytes}: a longer matrix becomes several of fewer
     * rows, whose products are joined.
     */
    public static OnnxGraph write(
            DecoderDescription decoder,
            int capacity,
            WeightMemory memory,
            @Nullable KvScales scales,
            long mostConstantBytes) {
        OnnxGraphWriter writer = new OnnxGraphWriter(decoder.shape(), capacity, memory, scales, mostConstantBytes);
        decoder.write(writer);
        return new OnnxGraph(
                writer.model.build(),
                writer.model.initializers(),
                Objects.requireNonNull(writer.embedding, "the decoder has no embedding"),
                List.copyOf(writer.weights));
    }

    @Override
    public OnnxValue embedding(ModelTensor table) {
        embedding = supported(table);
        return OnnxValue.named(OnnxGraph.HIDDEN);
    }

    @Override
    public OnnxValue rmsNorm(OnnxValue x, ModelTensor gain) {
        Map<String, Float> epsilon = Map.of("epsilon", (float) shape.rmsEpsilon());
        WeightPacker packer = new WeightPacker(List.of(supported(gain)));
        String gains = constant(gain.name(), packer.floats(memory.lasting()), packer.columns());
        String addend = x.addend();
        if (addend == null) {
            return OnnxValue.named(model.node(
                    OnnxModelBuilder.ONNX, "SimplifiedLayerNormalization", List.of(resolved(x), gains), epsilon));
        }
        String normalised = model.freshName();
        String sum = model.freshName();
        model.node(
                OnnxModelBuilder.MICROSOFT,
                "SkipSimplifiedLayerNormalization",
                List.of(x.name(), addend, gains),
                List.of(normalised, "", "", sum),
                epsilon);
        x.resolve(sum);
        return OnnxValue.named(normalised);
    }

    @Override
    public OnnxValue linear(OnnxValue x, List<ModelTensor> stacked, List<ModelTensor> biases) {
        stacked.forEach(this::supported);
        biases.forEach(this::supported);
        String in = resolved(x);
        if (stacked.stream().map(ModelTensor::type).distinct().count() == 1) {
            return product(in, stacked, biases);
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < stacked.size(); i++) {
            List<ModelTensor> bias = biases.isEmpty() ? List.of() : List.of(biases.get(i));
            parts.add(resolved(product(in, List.of(stacked.get(i)), bias)));
        }
        return OnnxValue.named(model.node(OnnxModelBuilder.ONNX, "Concat", parts, Map.of("axis", 1)));
    }

    private OnnxValue product(String in, List<ModelTensor> stacked, List<ModelTensor> biases) {
        WeightPacker whole = new WeightPacker(stacked);
        String name = stacked.getFirst().name();
        List<WeightPacker> parts = whole.parts(mostConstantBytes);
        if (parts.size() == 1) {
            return product(in, whole, name, biases.isEmpty() ? "" : bias(name, biases));
        }
        // The runtime takes constants as byte buffers, which end at 2 GiB.
        String bias = biases.isEmpty() ? "" : bias(name, biases);
        List<String> products = new ArrayList<>();
        for (WeightPacker part : parts) {
            products.add(resolved(product(in, part, name + "." + part.firstRow(), "")));
        }
        String product = model.node(OnnxModelBuilder.ONNX, "Concat", products, Map.of("axis", 1));
        return bias.isEmpty() ? OnnxValue.named(product) : OnnxValue.sum(product, bias);
    }

    /**
     * One matrix product.
     *
     * @param bias name of a constant, or empty
     */
    private OnnxValue product(String in, WeightPacker packer, String name, String bias) {
        int rows = packer.rows();
        int columns = packer.columns();
        if (!packer.type().quantised()) {
            String weight = constant(name, packer.floats(memory.passing()), rows, columns);
            return OnnxValue.named(model.node(
                    OnnxModelBuilder.ONNX,
                    "Gemm",
                    bias.isEmpty() ? List.of(in, weight) : List.of(in, weight, bias),
                    Map.of("transB", 1)));
        }
        KernelBlocks form = KernelBlocks.of(packer.type());
        int rowBlocks = columns / form.size();
        WeightPacker.Blocks blocks = packer.blocks(memory.scales(), memory.passing());
        String quants = model.initializer(new OnnxInitializer(
                name,
                OnnxInitializer.Type.UINT8,
                List.of((long) rows, (long) rowBlocks, (long) form.bytes()),
                blocks.quants()));
        String scales = constant(name + ".scales", blocks.scales(), (long) rows * rowBlocks);
        String product = model.node(
                OnnxModelBuilder.MICROSOFT,
                "MatMulNBits",
                bias.isEmpty() ? List.of(in, quants, scales) : List.of(in, quants, scales, "", "", bias),
                Map.of("K", columns, "N", rows, "bits", form.bits(), "block_size", form.size(), "accuracy_level", 4));
        if (!form.offsets()) {
            return OnnxValue.named(product);
        }
        String offsets = constant(name + ".offsets", blocks.offsets(), rows, rowBlocks);
        return OnnxValue.corrected(product, onTop(blockSums(in, rowBlocks, form.size()), offsets));
    }

    /** Biases side by side, as one constant. */
    private String bias(String name, List<ModelTensor> biases) {
        long elements = biases.stream().mapToLong(ModelTensor::elements).sum();
        MemorySegment data = memory.lasting().allocate(elements * Float.BYTES, Long.BYTES);
        long at = 0;
        for (ModelTensor bias : biases) {
            float[] values = new float[Math.toIntExact(bias.elements())];
            bias.toFloat(0, values);
            MemorySegment.copy(values, 0, data, ValueLayout.JAVA_FLOAT, at, values.length);
            at += (long) values.length * Float.BYTES;
        }
        return constant(name + ".bias", data, elements);
    }

    /** The kernel knows a block as {@code scale * (quant - zero)}; the rest is the block's offset times its sum of inputs. */
    private UnaryOperator<String> onTop(String sums, String offsets) {
        return base -> model.node(OnnxModelBuilder.ONNX, "Gemm", List.of(sums, offsets, base), Map.of("transB", 1));
    }

    private String blockSums(String in, int blocksOfToken, int block) {
        return blockSums.computeIfAbsent(new BlockSums(in, block), wanted -> {
            // The tokens are what is inferred, because there may be none.
            String byBlock =
                    sharedIntegers("tokens_by_" + blocksOfToken + "_blocks_of_" + block, -1, blocksOfToken, block);
            String blocks = model.node(OnnxModelBuilder.ONNX, "Reshape", List.of(in, byBlock), Map.of());
            return model.node(
                    OnnxModelBuilder.ONNX,
                    "ReduceSum",
                    List.of(blocks, sharedIntegers("within_block", 2)),
                    Map.of("keepdims", 0));
        });
    }

    @Override
    public OnnxValue attention(OnnxValue queryKeyValue, AttentionLayer layer) {
        List<String> inputs = new ArrayList<>(headInputs(resolved(queryKeyValue), layer));
        inputs.addAll(List.of(
                OnnxGraph.pastKey(layer.index()),
                OnnxGraph.pastValue(layer.index()),
                OnnxGraph.LAST_POSITIONS,
                OnnxGraph.TOTAL_LENGTH));
        inputs.addAll(layer.rotary() ? List.of("rotary.cos", "rotary.sin") : List.of("", ""));
        Map<String, Object> attributes = new HashMap<>(Map.of(
                "num_heads",
                shape.heads(),
                "kv_num_heads",
                shape.kvHeads(),
                "do_rotary",
                layer.rotary() ? 1 : 0,
                "rotary_interleaved",
                shape.rope().layout() == RopeLayout.INTERLEAVED ? 1 : 0,
                "local_window_size",
                layer.window() == 0 ? -1 : layer.window()));
        if (scales != null) {
            String name = "cache." + layer.index();
            inputs.addAll(List.of("", "", ""));
            inputs.add(constant(name + ".key_scales", scales.keys().get(layer.index())));
            inputs.add(constant(name + ".value_scales", scales.values().get(layer.index())));
            attributes.putAll(Map.of(
                    "k_quant_type", "PER_CHANNEL", "v_quant_type", "PER_CHANNEL", "kv_cache_bit_width", Byte.SIZE));
        }
        String attended = model.freshName();
        model.node(
                OnnxModelBuilder.MICROSOFT,
                "GroupQueryAttention",
                inputs,
                List.of(attended, OnnxGraph.presentKey(layer.index()), OnnxGraph.presentValue(layer.index())),
                attributes);
        return OnnxValue.named(
                model.node(OnnxModelBuilder.ONNX, "Reshape", List.of(attended, "tokens_by_width"), Map.of()));
    }

    /** Query, key and value in one input, or in three where heads are normalised before. */
    private List<String> headInputs(String packed, AttentionLayer layer) {
        ModelTensor queryGain = layer.queryGain();
        ModelTensor keyGain = layer.keyGain();
        if (queryGain == null || keyGain == null) {
            return List.of(byRow(packed), "", "");
        }
        String query = model.freshName();
        String key = model.freshName();
        String value = model.freshName();
        String widths = sharedIntegers("head_widths", shape.queryWidth(), shape.keyWidth(), shape.keyWidth());
        model.node(
                OnnxModelBuilder.ONNX, "Split", List.of(packed, widths), List.of(query, key, value), Map.of("axis", 1));
        return List.of(byRow(headNorm(query, queryGain)), byRow(headNorm(key, keyGain)), byRow(value));
    }

    private String headNorm(String heads, ModelTensor gain) {
        String each = model.node(
                OnnxModelBuilder.ONNX,
                "Reshape",
                List.of(heads, sharedIntegers("heads_by_size", -1, shape.headSize())),
                Map.of());
        return rmsNorm(OnnxValue.named(each), gain).name();
    }

    /** {@code [rows, tokens of each, width]}. */
    private String byRow(String value) {
        return model.node(OnnxModelBuilder.ONNX, "Reshape", List.of(value, OnnxGraph.STEP_SHAPE), Map.of());
    }

    private String sharedIntegers(String name, long... elements) {
        return integers.add(name) ? model.integers(name, elements) : name;
    }

    @Override
    public OnnxValue gatedSilu(OnnxValue gateAndUp) {
        String gate = model.freshName();
        String up = model.freshName();
        model.node(
                OnnxModelBuilder.ONNX,
                "Split",
                List.of(resolved(gateAndUp)),
                List.of(gate, up),
                Map.of("axis", 1, "num_outputs", 2));
        String silu = model.node(OnnxModelBuilder.MICROSOFT, "QuickGelu", List.of(gate), Map.of("alpha", 1f));
        return OnnxValue.named(model.node(OnnxModelBuilder.ONNX, "Mul", List.of(silu, up), Map.of()));
    }

    @Override
    public OnnxValue add(OnnxValue a, OnnxValue b) {
        String residual = resolved(a);
        UnaryOperator<String> correction = b.correction();
        if (correction != null) {
            return OnnxValue.sum(b.name(), correction.apply(residual));
        }
        return OnnxValue.sum(residual, resolved(b));
    }

    @Override
    public OnnxValue select(OnnxValue x) {
        return OnnxValue.named(model.node(
                OnnxModelBuilder.ONNX, "Gather", List.of(resolved(x), OnnxGraph.SELECTED), Map.of("axis", 0)));
    }

    @Override
    public void logits(OnnxValue x) {
        model.node(OnnxModelBuilder.ONNX, "Identity", List.of(resolved(x)), List.of(OnnxGraph.LOGITS), Map.of());
    }

    private String resolved(OnnxValue x) {
        UnaryOperator<String> correction = x.correction();
        String addend = x.addend();
        if (correction != null) {
            x.resolve(correction.apply(x.name()));
        } else if (addend != null) {
            x.resolve(model.node(OnnxModelBuilder.ONNX, "Add", List.of(x.name(), addend), Map.of()));
        }
        return x.name();
    }

    private void rotaryTables() {
        int pairs = shape.headSize() / 2;
        double magnitude = shape.rope().magnitude();
        MemorySegment cosines = memory.lasting().allocate((long) capacity * pairs * Float.BYTES, Long.BYTES);
        MemorySegment sines = memory.lasting().allocate((long) capacity * pairs * Float.BYTES, Long.BYTES);
        for (int pair = 0; pair < pairs; pair++) {
            double frequency = shape.rope().frequency(pair, shape.headSize());
            for (int position = 0; position < capacity; position++) {
                long at = (long) position * pairs + pair;
                cosines.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) (magnitude * Math.cos(position * frequency)));
                sines.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) (magnitude * Math.sin(position * frequency)));
            }
        }
        constant("rotary.cos", cosines, capacity, pairs);
        constant("rotary.sin", sines, capacity, pairs);
    }

    private String constant(String name, MemorySegment data, long... dimensions) {
        return model.initializer(new OnnxInitializer(
                name,
                OnnxInitializer.Type.FLOAT,
                LongStream.of(dimensions).boxed().toList(),
                data));
    }

    private String constant(String name, float[] values) {
        MemorySegment data = memory.lasting().allocate((long) values.length * Float.BYTES, Long.BYTES);
        MemorySegment.copy(values, 0, data, ValueLayout.JAVA_FLOAT, 0, values.length);
        return constant(name, data, values.length);
    }

    private ModelTensor supported(ModelTensor weight) {
        if (!FLOATS.contains(weight.type()) && !weight.type().quantised()) {
            throw new ModelFileException("tensor " + weight.name() + ": type " + weight.type()
                    + " (expected: one that the runtime computes with)");
        }
        weights.add(weight);
        return weight;
    }
}
