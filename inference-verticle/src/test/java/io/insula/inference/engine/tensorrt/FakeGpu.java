package io.insula.inference.engine.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.djl.tensorrt.nvinfer.ShapeRange;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A fake device and plans of decoders on it, of the signature that TensorRT's plans have. */
final class FakeGpu {

    static final int CHUNK = 48;
    static final int SCORED = 5;
    static final int CANDIDATES = 7;
    static final GpuNumerics NUMERICS = new GpuNumerics("weights", "10.6.0", 13_000, "Fake GPU");

    final FakeCuda cuda = new FakeCuda(1, 1L << 30);
    /** Of keys and values. */
    final TensorType type;

    final int rows;
    final int mostLength;
    /** Of a cache that is written by the plan itself and has one length; 0: none. */
    final int fixedLength;

    @Nullable
    FakePlan plan;

    FakeGpu() {
        this(8, 256, 0);
    }

    FakeGpu(int rows, int mostLength, int fixedLength) {
        this(rows, mostLength, fixedLength, TensorType.FLOAT32);
    }

    FakeGpu(int rows, int mostLength, int fixedLength, TensorType type) {
        this.type = type;
        this.rows = rows;
        this.mostLength = mostLength;
        this.fixedLength = fixedLength;
    }

    static TensorRtConfig config(int slots, int slotTokens) {
        return TensorRtConfig.defaults()
                .withSlots(slots, slotTokens)
                .withMemory(0, 0)
                .withLeastBucket(32);
    }

    TensorRtDecoderEngine open(DecoderDescription decoder, TensorRtConfig config) {
        return open(decoder, config, new LoopNetwork(decoder, CANDIDATES, fixedLength > 0));
    }

    TensorRtDecoderEngine open(DecoderDescription decoder, TensorRtConfig config, FakePlan.Network network) {
        FakePlan opened = plan(decoder.shape(), network);
        plan = opened;
        return TensorRtDecoderEngine.open(cuda, opened, decoder.shape(), config, NUMERICS);
    }

    FakePlan plan(DecoderShape decoder, FakePlan.Network network) {
        List<TensorSpec> tensors = new ArrayList<>(List.of(
                spec("tokens", true, TensorType.INT32, -1, -1),
                spec("past", true, TensorType.INT32, -1),
                spec("wanted", true, TensorType.INT32, -1)));
        Map<String, ShapeRange> decode = new HashMap<>(Map.of(
                "tokens", range(new Shape(1, 1), new Shape(rows, 1)),
                "past", range(new Shape(1), new Shape(rows)),
                "wanted", range(new Shape(1), new Shape(rows))));
        Map<String, ShapeRange> prefill = new HashMap<>(Map.of(
                "tokens", range(new Shape(1, 1), new Shape(1, CHUNK)),
                "past", range(new Shape(1), new Shape(1)),
                "wanted", range(new Shape(1), new Shape(SCORED))));
        for (int layer = 0; layer < decoder.layers(); layer++) {
            for (String name : List.of("key_" + layer, "value_" + layer)) {
                int least = fixedLength > 0 ? fixedLength : 1;
                int most = fixedLength > 0 ? fixedLength : mostLength;
                tensors.add(cache(decoder, name, true, null));
                tensors.add(
                        fixedLength > 0
                                ? cache(decoder, "present_" + name, false, name)
                                : cache(decoder, "new_" + name, false, null));
                decode.put(name, range(cache(decoder, 1, least), cache(decoder, rows, most)));
                prefill.put(name, range(cache(decoder, 1, least), cache(decoder, 1, most)));
            }
        }
        tensors.add(spec("logits", false, TensorType.FLOAT32, -1, decoder.vocabulary()));
        tensors.add(spec("top_values", false, TensorType.FLOAT32, -1, CANDIDATES));
        tensors.add(spec("top_ids", false, TensorType.INT32, -1, CANDIDATES));
        tensors.add(spec("log_sum", false, TensorType.FLOAT32, -1));
        tensors.add(spec("depth", false, TensorType.FLOAT32, -1));
        return plan(decoder, tensors, List.of(decode, prefill), network);
    }

    private FakePlan plan(
            DecoderShape decoder,
            List<TensorSpec> tensors,
            List<Map<String, ShapeRange>> profiles,
            FakePlan.Network network) {
        return new FakePlan(cuda, tensors, profiles, inputs -> outputs(decoder, inputs), network).activations(4096);
    }

    /** A plan of the same signature, for other steps. */
    FakePlan plan(DecoderShape decoder, FakePlan.Network network, List<Map<String, ShapeRange>> profiles) {
        return plan(decoder, plan(decoder, network).tensors(), profiles, network);
    }

    private Map<String, Shape> outputs(DecoderShape decoder, Map<String, Shape> inputs) {
        Shape tokens = inputs.getOrDefault("tokens", new Shape(-1, -1));
        long wanted = inputs.getOrDefault("wanted", new Shape(-1)).get(0);
        Map<String, Shape> outputs = new HashMap<>(Map.of(
                "logits", new Shape(wanted, decoder.vocabulary()),
                "top_values", new Shape(wanted, CANDIDATES),
                "top_ids", new Shape(wanted, CANDIDATES),
                "log_sum", new Shape(wanted),
                "depth", new Shape(wanted)));
        for (int layer = 0; layer < decoder.layers(); layer++) {
            for (String name : List.of("key_" + layer, "value_" + layer)) {
                outputs.put("new_" + name, cache(decoder, tokens.get(0), tokens.get(1)));
                outputs.put("present_" + name, cache(decoder, tokens.get(0), fixedLength));
            }
        }
        return outputs;
    }

    private static Shape cache(DecoderShape decoder, long rows, long length) {
        return new Shape(rows, decoder.kvHeads(), length, decoder.headSize());
    }

    private TensorSpec cache(DecoderShape decoder, String name, boolean input, @Nullable String alias) {
        return new TensorSpec(name, input, type, cache(decoder, -1, -1), false, false, alias);
    }

    private static TensorSpec spec(String name, boolean input, TensorType type, long... shape) {
        return new TensorSpec(name, input, type, new Shape(shape), false, false, null);
    }

    private static ShapeRange range(Shape min, Shape max) {
        return new ShapeRange(min, min, max);
    }

    FakePlan plan() {
        return Objects.requireNonNull(plan);
    }

    /** Whatever could be left behind. */
    String left() {
        return cuda.liveBlocks() + " blocks, " + cuda.livePinned() + " page-locked, " + cuda.liveEvents() + " events, "
                + cuda.liveGraphs() + " graphs, " + cuda.streams() + " streams, "
                + (plan == null ? 0 : plan.openContexts()) + " contexts, plan "
                + (plan == null || plan.closed() ? "closed" : "open");
    }

    static final String NOTHING = "0 blocks, 0 page-locked, 0 events, 0 graphs, 0 streams, 0 contexts, plan closed";
}
