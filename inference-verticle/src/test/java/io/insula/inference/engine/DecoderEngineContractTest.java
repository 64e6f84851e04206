package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.oracle.FaultyOracle;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.Rope;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.RopeScaling;
import io.insula.inference.weights.TensorType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** That an engine computes the model: compared with float64, and the comparison with planted faults. */
public abstract class DecoderEngineContractTest extends ExactStepsContractTest {
    /** Float32 arithmetic against float64; a planted fault exceeds it by orders of magnitude. */
    private static final double FLOAT_TOLERANCE = 1e-4;
    /** Root mean square: kernels that round activations to eight bits deviate by 0.05, the planted faults by 0.3 to 0.8. */
    private static final double QUANTISED_TOLERANCE = 0.08;

    static Stream<Named<DecoderDescription>> architecturesInFloat32() {
        return TinyModels.architectures(TensorType.F32);
    }

    static Stream<Named<DecoderDescription>> quantisedArchitectures() {
        return TinyModels.architectures(TensorType.Q4_1);
    }

    @ParameterizedTest
    @MethodSource("architecturesInFloat32")
    void everyArchitectureGivesTheOraclesLogits(DecoderDescription decoder) {
        try (DecoderEngine engine = load(decoder, 2, SLOT_TOKENS, 1);
                DecoderEngine oracle = new OracleEngine(decoder, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, oracle).largest()).isLessThan(FLOAT_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("quantisedArchitectures")
    void everyQuantisedArchitectureStaysCloseToTheOracle(DecoderDescription decoder) {
        try (DecoderEngine engine = load(decoder, 2, SLOT_TOKENS, 1);
                DecoderEngine oracle = new OracleEngine(decoder, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, oracle).rootMeanSquare()).isLessThan(QUANTISED_TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("architecturesInFloat32")
    void theComparisonNoticesWhatMakesAnArchitecture(DecoderDescription decoder) {
        DecoderDescription plain = new LlamaDecoder(
                new DecoderShape(
                        SHAPE.layers(),
                        SHAPE.heads(),
                        SHAPE.kvHeads(),
                        decoder.shape().headSize(),
                        SHAPE.hidden(),
                        SHAPE.feedForward(),
                        SHAPE.vocabulary(),
                        SHAPE.contextTokens(),
                        SHAPE.rope(),
                        SHAPE.pattern(),
                        SHAPE.rmsEpsilon()),
                name -> name.endsWith(".bias")
                        ? Optional.empty()
                        : decoder.weights().find(name));
        try (DecoderEngine engine = load(decoder, 2, SLOT_TOKENS, 1);
                DecoderEngine other = new OracleEngine(plain, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, other).largest()).isGreaterThan(100 * FLOAT_TOLERANCE);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "F16", "BF16"})
    void floatWeightsGiveTheOraclesLogitsAfterEveryLayer(TensorType type) {
        for (int layers = 0; layers <= SHAPE.layers(); layers++) {
            LlamaDecoder decoder = TinyModels.of(TinyModels.shape(layers), type, TinyModels.SEED);
            try (DecoderEngine engine = load(decoder, 2, SLOT_TOKENS, 1);
                    DecoderEngine oracle = new OracleEngine(decoder, 2, SLOT_TOKENS)) {
                assertThat(compare(engine, oracle).largest())
                        .as("%s layers, seed %s", layers, TinyModels.SEED)
                        .isLessThan(FLOAT_TOLERANCE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "Q2_K", "Q3_K", "Q4_K", "Q5_K", "Q6_K"})
    void quantisedWeightsStayCloseToTheOracle(TensorType type) {
        LlamaDecoder decoder = TinyModels.of(type);
        try (DecoderEngine engine = load(type);
                DecoderEngine oracle = new OracleEngine(decoder, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, oracle).rootMeanSquare())
                    .as("seed %s", TinyModels.SEED)
                    .isLessThan(QUANTISED_TOLERANCE);
        }
    }

    @Test
    void stackedWeightsMayHaveDifferentTypes() {
        DecoderDescription decoder = new LlamaDecoder(
                SHAPE,
                TinyModels.weights(
                        SHAPE,
                        name -> name.contains("attn_v")
                                ? TensorType.Q8_0
                                : name.contains("attn_k") ? TensorType.F16 : TensorType.Q4_1,
                        TinyModels.SEED));
        try (DecoderEngine engine = load(decoder, 2, SLOT_TOKENS, 1);
                DecoderEngine oracle = new OracleEngine(decoder, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, oracle).rootMeanSquare()).isLessThan(QUANTISED_TOLERANCE);
        }
    }

    @Test
    void theComparisonNoticesASwappedHead() {
        LlamaDecoder right = TinyModels.of(TensorType.F32);
        for (int layer = 0; layer < SHAPE.layers(); layer++) {
            LlamaDecoder faulty = new LlamaDecoder(SHAPE, TinyModels.withSwappedHeads(right.weights(), SHAPE, layer));
            try (DecoderEngine engine = load(faulty, 2, SLOT_TOKENS, 1);
                    DecoderEngine oracle = new OracleEngine(right, 2, SLOT_TOKENS)) {
                assertThat(compare(engine, oracle).rootMeanSquare())
                        .as("layer %s", layer)
                        .isGreaterThan(QUANTISED_TOLERANCE);
            }
        }
    }

    @Test
    void theComparisonNoticesAWrongRopeLayout() {
        LlamaDecoder right = TinyModels.of(TensorType.F32);
        DecoderShape halves = SHAPE.withRope(new Rope(SHAPE.rope().theta(), RopeLayout.HALVES, new RopeScaling.None()));
        LlamaDecoder other = new LlamaDecoder(halves, right.weights());
        try (DecoderEngine engine = load(other, 2, SLOT_TOKENS, 1);
                DecoderEngine oracle = new OracleEngine(right, 2, SLOT_TOKENS);
                DecoderEngine agreeing = new OracleEngine(other, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, oracle).rootMeanSquare()).isGreaterThan(QUANTISED_TOLERANCE);
            assertThat(compare(engine, agreeing).largest()).isLessThan(FLOAT_TOLERANCE);
        }
    }

    @Test
    void theComparisonNoticesAWrongMask() {
        LlamaDecoder decoder = TinyModels.of(TensorType.F32);
        try (DecoderEngine engine = load(TensorType.F32);
                DecoderEngine faulty = FaultyOracle.withWrongMask(decoder, 2, SLOT_TOKENS)) {
            assertThat(compare(engine, faulty).rootMeanSquare()).isGreaterThan(QUANTISED_TOLERANCE);
        }
    }

    /** How far two engines are apart, relative to the logits' largest value and to their root mean square. */
    private record Deviation(double largest, double rootMeanSquare) {}

    private static Deviation compare(DecoderEngine engine, DecoderEngine oracle) {
        List<float[]> actual = outputs(engine);
        List<float[]> expected = outputs(oracle);
        double largest = 0;
        double squares = 0;
        double largestDeviation = 0;
        double squaredDeviations = 0;
        for (int i = 0; i < expected.size(); i++) {
            for (int token = 0; token < expected.get(i).length; token++) {
                double wanted = expected.get(i)[token];
                double deviation = Math.abs(wanted - actual.get(i)[token]);
                largest = Math.max(largest, Math.abs(wanted));
                squares += wanted * wanted;
                largestDeviation = Math.max(largestDeviation, deviation);
                squaredDeviations += deviation * deviation;
            }
        }
        return new Deviation(largestDeviation / largest, Math.sqrt(squaredDeviations / squares));
    }

    /** Logits after prompts of one and more tokens and after decode steps of two rows. */
    private static List<float[]> outputs(DecoderEngine engine) {
        List<float[]> outputs = new ArrayList<>();
        int[] prompt = TinyModels.tokens(SHAPE, 24, 3);
        engine.clear(0);
        engine.clear(1);
        for (int cut : new int[] {0, 1, 9, 23}) {
            engine.prefill(0, prompt, cut, cut == 0 ? 1 : cut == 1 ? 8 : cut == 9 ? 14 : 1);
            outputs.add(engine.prefillLogits().row(0));
        }
        prefill(engine, 1, prompt(1));
        for (int token : continuation(0)) {
            StepLogits logits = engine.decode(2, new int[] {token, 5});
            outputs.add(logits.row(0));
            outputs.add(logits.row(1));
        }
        return outputs;
    }
}
