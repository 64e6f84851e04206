package io.insula.inference.graph.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.GgufTensor;
import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
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
 * <p>Hidden states are two-dimensional, so that a residual or a Q4_1 correction can be added within the matrix product that
 * makes it.
 *
 * <p><b>Errors:</b> a weight of a type without a kernel is a {@link ModelFileException}.
 */
public final class OnnxGraphWriter implements GraphWriter<OnnxValue> {

    private static final int BLOCK = 32;
    private static final Set<TensorType> FLOATS = Set.of(TensorType.F32, TensorType.F16, TensorType.BF16);
    private static final Set<TensorType> QUANTISED = Set.of(TensorType.Q4_0, TensorType.Q4_1, TensorType.Q8_0);

    private final DecoderShape shape;
    private final int capacity;
    private final SegmentAllocator lasting;
    private final SegmentAllocator passing;
    private final OnnxModelBuilder model = new OnnxModelBuilder();
    private final Set<GgufTensor> weights = new LinkedHashSet<>();
    private final Map<String, String> blockSums = new HashMap<>();
    private final Map<Integer, String> blockIndicators = new HashMap<>();
    private @Nullable GgufTensor embedding;

    private OnnxGraphWriter(DecoderShape shape, int capacity, SegmentAllocator lasting, SegmentAllocator passing) {
        this.shape = shape;
        this.capacity = capacity;
        this.lasting = lasting;
        this.passing = passing;
        String rows = "rows";
        model.input(OnnxGraph.HIDDEN, DataType.FLOAT, "tokens", shape.hidden());
        model.input(OnnxGraph.STEP_SHAPE, DataType.INT64, 3);
        model.input(OnnxGraph.SELECTED, DataType.INT64, "selected");
        model.input(OnnxGraph.LAST_POSITIONS, DataType.INT32, rows);
        model.input(OnnxGraph.TOTAL_LENGTH, DataType.INT32);
        model.output(OnnxGraph.LOGITS, DataType.FLOAT, "selected", shape.vocabulary());
        for (int layer = 0; layer < shape.layers(); layer++) {
            Object[] cache = {rows, shape.kvHeads(), capacity, shape.headSize()};
            model.input(OnnxGraph.pastKey(layer), DataType.FLOAT, cache);
            model.input(OnnxGraph.pastValue(layer), DataType.FLOAT, cache);
            model.output(OnnxGraph.presentKey(layer), DataType.FLOAT, cache);
            model.output(OnnxGraph.presentValue(layer), DataType.FLOAT, cache);
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
     * @param lasting gives memory for what the runtime reads as long as its session lives
     * @param passing gives zeroed memory for what the runtime's kernels commonly copy into layouts of their own: most of the
     *     quantised weights
     */
    public static OnnxGraph write(
            DecoderDescription decoder, int capacity, SegmentAllocator lasting, SegmentAllocator passing) {
        OnnxGraphWriter writer = new OnnxGraphWriter(decoder.shape(), capacity, lasting, passing);
        decoder.write(writer);
        return new OnnxGraph(
                writer.model.build(),
                writer.model.initializers(),
                Objects.requireNonNull(writer.embedding, "the decoder has no embedding"),
                List.copyOf(writer.weights));
    }

    @Override
    public OnnxValue embedding(GgufTensor table) {
        embedding = supported(table);
        return OnnxValue.named(OnnxGraph.HIDDEN);
    }

    @Override
    public OnnxValue rmsNorm(OnnxValue x, GgufTensor gain) {
        Map<String, Float> epsilon = Map.of("epsilon", (float) shape.rmsEpsilon());
        WeightPacker packer = new WeightPacker(List.of(supported(gain)));
        String gains = constant(gain.name(), packer.floats(lasting), packer.columns());
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
    public OnnxValue linear(OnnxValue x, List<GgufTensor> stacked) {
        stacked.forEach(this::supported);
        String in = resolved(x);
        if (stacked.stream().map(GgufTensor::type).distinct().count() == 1) {
            return product(in, stacked);
        }
        List<String> parts = stacked.stream()
                .map(weight -> resolved(product(in, List.of(weight))))
                .toList();
        return OnnxValue.named(model.node(OnnxModelBuilder.ONNX, "Concat", parts, Map.of("axis", 1)));
    }

    private OnnxValue product(String in, List<GgufTensor> stacked) {
        WeightPacker packer = new WeightPacker(stacked);
        TensorType type = stacked.getFirst().type();
        String name = stacked.getFirst().name();
        int rows = packer.rows();
        int columns = packer.columns();
        if (FLOATS.contains(type)) {
            String weight = constant(name, packer.floats(lasting), rows, columns);
            return OnnxValue.named(model.node(OnnxModelBuilder.ONNX, "Gemm", List.of(in, weight), Map.of("transB", 1)));
        }
        int bits = type == TensorType.Q8_0 ? 8 : 4;
        WeightPacker.Blocks blocks = packer.blocks(lasting, passing);
        String quants = model.initializer(new OnnxInitializer(
                name,
                OnnxInitializer.Type.UINT8,
                List.of((long) rows, (long) columns / BLOCK, (long) BLOCK * bits / 8),
                blocks.quants()));
        String scales = constant(name + ".scales", blocks.scales(), (long) rows * (columns / BLOCK));
        String product = model.node(
                OnnxModelBuilder.MICROSOFT,
                "MatMulNBits",
                List.of(in, quants, scales),
                Map.of("K", columns, "N", rows, "bits", bits, "block_size", BLOCK, "accuracy_level", 4));
        if (type != TensorType.Q4_1) {
            return OnnxValue.named(product);
        }
        String offsets = constant(name + ".offsets", blocks.offsets(), rows, columns / BLOCK);
        String sums = blockSums.computeIfAbsent(in, value -> blockSums(value, columns));
        return OnnxValue.corrected(product, onTop(sums, offsets));
    }

    /** The kernel knows a Q4_1 block as {@code scale * (quant - 8)}; the rest is the block's offset times its sum of inputs. */
    private UnaryOperator<String> onTop(String sums, String offsets) {
        return base -> model.node(OnnxModelBuilder.ONNX, "Gemm", List.of(sums, offsets, base), Map.of("transB", 1));
    }

    private String blockSums(String in, int columns) {
        String indicator = blockIndicators.computeIfAbsent(columns, width -> {
            int blocks = width / BLOCK;
            MemorySegment ones = passing.allocate((long) blocks * width * Float.BYTES, Long.BYTES);
            for (int column = 0; column < width; column++) {
                ones.setAtIndex(ValueLayout.JAVA_FLOAT, (long) column / BLOCK * width + column, 1);
            }
            return constant("block_indicator." + width, ones, blocks, width);
        });
        return model.node(OnnxModelBuilder.ONNX, "Gemm", List.of(in, indicator), Map.of("transB", 1));
    }

    @Override
    public OnnxValue attention(OnnxValue queryKeyValue, int layer) {
        String steps = model.node(
                OnnxModelBuilder.ONNX, "Reshape", List.of(resolved(queryKeyValue), OnnxGraph.STEP_SHAPE), Map.of());
        String attended = model.freshName();
        model.node(
                OnnxModelBuilder.MICROSOFT,
                "GroupQueryAttention",
                List.of(
                        steps,
                        "",
                        "",
                        OnnxGraph.pastKey(layer),
                        OnnxGraph.pastValue(layer),
                        OnnxGraph.LAST_POSITIONS,
                        OnnxGraph.TOTAL_LENGTH,
                        "rotary.cos",
                        "rotary.sin"),
                List.of(attended, OnnxGraph.presentKey(layer), OnnxGraph.presentValue(layer)),
                Map.of(
                        "num_heads",
                        shape.heads(),
                        "kv_num_heads",
                        shape.kvHeads(),
                        "do_rotary",
                        1,
                        "rotary_interleaved",
                        shape.ropeLayout() == RopeLayout.INTERLEAVED ? 1 : 0));
        return OnnxValue.named(
                model.node(OnnxModelBuilder.ONNX, "Reshape", List.of(attended, "tokens_by_width"), Map.of()));
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
        MemorySegment cosines = lasting.allocate((long) capacity * pairs * Float.BYTES, Long.BYTES);
        MemorySegment sines = lasting.allocate((long) capacity * pairs * Float.BYTES, Long.BYTES);
        for (int pair = 0; pair < pairs; pair++) {
            double frequency = Math.pow(shape.ropeTheta(), -2.0 * pair / shape.headSize());
            for (int position = 0; position < capacity; position++) {
                long at = (long) position * pairs + pair;
                cosines.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) Math.cos(position * frequency));
                sines.setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) Math.sin(position * frequency));
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

    private GgufTensor supported(GgufTensor weight) {
        if (!FLOATS.contains(weight.type()) && !QUANTISED.contains(weight.type())) {
            throw new ModelFileException("tensor " + weight.name() + ": type " + weight.type()
                    + " (expected: one of F32, F16, BF16, Q8_0, Q4_0, Q4_1)");
        }
        weights.add(weight);
        return weight;
    }
}
