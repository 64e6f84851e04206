package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.onnx.OnnxGraph;
import io.insula.inference.graph.onnx.OnnxGraphWriter;
import io.insula.inference.graph.onnx.OnnxInitializer;
import io.insula.inference.graph.onnx.WeightMemory;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.HashMap;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Matrices beyond the longest constant that the runtime takes become several; here that limit is a few kilobytes. */
class SplitWeightsTest {

    private static final long MOST_BYTES = 4096;
    private static final int CAPACITY = 4;

    @BeforeAll
    static void prepareTheRuntime() {
        assertThat(SharedThreads.runtime(1, false)).isInstanceOf(Engine.class);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "Q8_0", "Q4_1", "Q5_0"})
    void matricesInPartsGiveTheSameLogits(TensorType type) throws OrtException {
        DecoderShape shape = TinyModels.shape(1);
        LlamaDecoder plain = TinyModels.of(shape, type, TinyModels.SEED);
        DecoderDescription biased = new LlamaDecoder(shape, TinyModels.withBiases(plain.weights(), shape));
        for (DecoderDescription decoder : new DecoderDescription[] {plain, biased}) {
            try (Arena arena = Arena.ofShared()) {
                WeightMemory memory = new WeightMemory(arena, arena, arena);
                OnnxGraph whole = OnnxGraphWriter.write(decoder, CAPACITY, memory, null);
                OnnxGraph parts = OnnxGraphWriter.write(decoder, CAPACITY, memory, null, MOST_BYTES);
                assertThat(longest(whole)).isGreaterThan(MOST_BYTES);
                assertThat(longest(parts)).isLessThanOrEqualTo(MOST_BYTES);
                assertThat(logits(parts, shape)).containsExactly(logits(whole, shape), Offset.offset(1e-4f));
            }
        }
    }

    /** The block indicator is no weight: it grows with the columns alone. */
    private static long longest(OnnxGraph graph) {
        return graph.initializers().stream()
                .filter(constant -> !constant.name().startsWith("block_indicator"))
                .map(OnnxInitializer::data)
                .mapToLong(data -> data.byteSize())
                .max()
                .orElseThrow();
    }

    /** The logits after a single token. */
    private static float[] logits(OnnxGraph graph, DecoderShape shape) throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        float[] hidden = new float[shape.hidden()];
        graph.embedding().toFloat(3L * hidden.length, hidden);
        Map<String, OnnxTensor> inputs = new HashMap<>();
        inputs.put(OnnxGraph.HIDDEN, floats(environment, FloatBuffer.wrap(hidden), 1, hidden.length));
        inputs.put(
                OnnxGraph.STEP_SHAPE,
                OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {1, 1, -1}), new long[] {3}));
        inputs.put(
                OnnxGraph.SELECTED,
                OnnxTensor.createTensor(environment, LongBuffer.wrap(new long[] {0}), new long[] {1}));
        inputs.put(
                OnnxGraph.LAST_POSITIONS,
                OnnxTensor.createTensor(environment, IntBuffer.wrap(new int[] {0}), new long[] {1}));
        inputs.put(
                OnnxGraph.TOTAL_LENGTH,
                OnnxTensor.createTensor(environment, IntBuffer.wrap(new int[] {1}), new long[0]));
        FloatBuffer past = FloatBuffer.allocate(shape.keyWidth() * CAPACITY);
        for (String name : new String[] {OnnxGraph.pastKey(0), OnnxGraph.pastValue(0)}) {
            inputs.put(name, floats(environment, past, 1, shape.kvHeads(), CAPACITY, shape.headSize()));
        }
        try (OrtSession session = OnnxSessions.create(environment, graph, 1, false);
                OrtSession.Result result = session.run(inputs)) {
            return ((float[][]) result.get(OnnxGraph.LOGITS).orElseThrow().getValue())[0];
        } finally {
            inputs.values().forEach(OnnxTensor::close);
        }
    }

    private static OnnxTensor floats(OrtEnvironment environment, FloatBuffer data, long... shape) throws OrtException {
        return OnnxTensor.createTensor(environment, data, shape);
    }
}
