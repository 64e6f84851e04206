package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

class OnnxDecoderEngineTest extends DecoderEngineContractTest {

    @Override
    protected DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads) {
        return OnnxDecoderEngine.load(
                decoder, EngineConfig.defaults().withSlots(slots, slotTokens).withThreads(threads));
    }

    @Override
    protected List<Integer> threadCounts() {
        // 64 is lowered to the four heads of the model.
        return List.of(1, 2, 3, 4, 64);
    }

    @Test
    void theFingerprintDependsOnTheWeightsAlone() {
        try (DecoderEngine one = load(TinyModels.of(TensorType.Q4_1), 1, 64, 1);
                DecoderEngine same = load(TinyModels.of(TensorType.Q4_1), 2, 32, 2);
                DecoderEngine other =
                        load(TinyModels.of(TinyModels.shape(3), TensorType.Q4_1, TinyModels.SEED + 1), 1, 64, 1)) {
            assertThat(same.fingerprint()).isEqualTo(one.fingerprint());
            assertThat(other.fingerprint()).isNotEqualTo(one.fingerprint());
        }
    }

    @Test
    void aBudgetForLessThanTwoTokensIsRefused() {
        EngineConfig config = new EngineConfig(1, false, 1000, 100, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnnxDecoderEngine.load(TinyModels.of(TensorType.F32), config))
                .withMessageStartingWith("kvBudgetBytes: 1000 (expected: at least ");
    }
}
