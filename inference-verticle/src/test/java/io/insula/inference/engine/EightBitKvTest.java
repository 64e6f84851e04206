package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.KvScales;
import io.insula.inference.weights.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The CPU engine with eight-bit keys and values keeps the contracts of the other, and costs a quarter of its memory. */
class EightBitKvTest extends ExactStepsContractTest {

    private static final EngineConfig CONFIG =
            EngineConfig.defaults().withThreads(1).withKvType(KvType.INT8);

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return OnnxDecoderEngine.load(
                decoder, CONFIG.withSlots(slots, slotTokens).withThreads(threads), scales(decoder));
    }

    private static KvScales scales(DecoderDescription decoder) {
        return KvCalibration.of(decoder, CONFIG, TinyModels.tokens(decoder.shape(), 140, 17));
    }

    @Override
    protected List<Integer> threadCounts() {
        return List.of(1, 4);
    }

    @Test
    void aTokenTakesAQuarterOfTheMemory() {
        DecoderDescription decoder = TinyModels.of(TensorType.F32);
        try (DecoderEngine eight = load(decoder, 2, 32, 1);
                DecoderEngine floats = OnnxDecoderEngine.load(
                        decoder, CONFIG.withKvType(KvType.FLOAT32).withSlots(2, 32))) {
            assertThat(4 * eight.tokenBytes()).isEqualTo(floats.tokenBytes());
            long budget = 64 * floats.tokenBytes();
            EngineConfig config = new EngineConfig(1, false, budget, 32, 16);
            assertThat(KvBudget.of(decoder.shape(), config).slots()).isEqualTo(2);
            assertThat(KvBudget.of(decoder.shape(), config.withKvType(KvType.INT8))
                            .slots())
                    .isEqualTo(8);
        }
    }

    @Test
    void enginesWithOtherScalesHaveOtherFingerprints() {
        DecoderDescription decoder = TinyModels.of(TensorType.Q4_1);
        KvScales other = KvCalibration.of(decoder, CONFIG, TinyModels.tokens(decoder.shape(), 50, 23));
        try (DecoderEngine one = load(decoder, 2, 32, 1);
                DecoderEngine same = load(decoder, 3, 48, 2);
                DecoderEngine scaled = OnnxDecoderEngine.load(decoder, CONFIG.withSlots(2, 32), other);
                DecoderEngine floats = OnnxDecoderEngine.load(
                        decoder, CONFIG.withKvType(KvType.FLOAT32).withSlots(2, 32))) {
            assertThat(same.fingerprint()).isEqualTo(one.fingerprint());
            assertThat(List.of(scaled.fingerprint(), floats.fingerprint())).doesNotContain(one.fingerprint());
        }
    }

    @Test
    void scalesAndTheTypeOfTheCacheBelongTogether() {
        DecoderDescription decoder = TinyModels.of(TensorType.F32);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnnxDecoderEngine.load(decoder, CONFIG))
                .withMessage("scales: none for a cache of INT8 (expected: for one of INT8 alone)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new KvScales(List.of(new float[] {1, 0}), List.of(new float[] {1, 1})))
                .withMessage("scale: 0.0 (expected: more than 0, finite)");
    }
}
