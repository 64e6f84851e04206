package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

    /** A lone row may round otherwise, but not by more than eight-bit activations do. */
    @Test
    void rowsThatNeedNotBeExactAreNearlySoAndHaveAnotherFingerprint() {
        EngineConfig config = EngineConfig.defaults().withSlots(2, 64).withThreads(1);
        int[] prompt = {1, 2, 3, 4, 5};
        try (DecoderEngine exact = OnnxDecoderEngine.load(TinyModels.of(TensorType.Q4_1), config);
                DecoderEngine free = OnnxDecoderEngine.load(TinyModels.of(TensorType.Q4_1), config.withExact(false))) {
            float[] expected = decodeOne(exact, prompt);
            float[] actual = decodeOne(free, prompt);

            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i])
                        .as("logit %d", i)
                        .isCloseTo(expected[i], within(1e-3f * Math.max(1, Math.abs(expected[i]))));
            }
            assertThat(free.fingerprint()).isNotEqualTo(exact.fingerprint());
        }
    }

    private static float[] decodeOne(DecoderEngine engine, int[] prompt) {
        engine.prefill(0, prompt, 0, prompt.length);
        return engine.decode(1, new int[] {6}).row(0);
    }

    /** The model has as many heads as the most threads, so that none of the counts is lowered. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 16, 32})
    void rowsAndPromptsAreExactAtEveryNumberOfThreads(int threads) {
        DecoderShape shape = new DecoderShape(2, 32, 4, 16, 512, 96, 101, 160, 10_000, RopeLayout.INTERLEAVED, 1e-5);
        DecoderDescription decoder = TinyModels.of(shape, TensorType.Q4_1, TinyModels.SEED);
        int[] prompt = TinyModels.tokens(shape, 90, 1);
        int[] answer = TinyModels.tokens(shape, 6, 2);
        try (DecoderEngine engine = load(decoder, 4, 150, threads)) {
            engine.prefill(0, prompt, 0, prompt.length);
            List<float[]> alone = decode(engine, 1, answer);
            engine.clear(0);
            engine.prefill(0, prompt, 0, 7);
            engine.prefill(0, prompt, 7, prompt.length - 7);
            for (int slot = 1; slot < 4; slot++) {
                int[] other = TinyModels.tokens(shape, 40 * slot, slot);
                engine.prefill(slot, other, 0, other.length);
            }
            List<float[]> inBatch = decode(engine, 4, answer);
            for (int step = 0; step < answer.length; step++) {
                assertThat(inBatch.get(step)).as("step %d", step).isEqualTo(alone.get(step));
            }
        }
    }

    /** The logits of row 0 after each of the tokens, which every row takes. */
    private static List<float[]> decode(DecoderEngine engine, int rows, int[] tokens) {
        List<float[]> logits = new ArrayList<>();
        for (int token : tokens) {
            int[] each = new int[rows];
            Arrays.fill(each, token);
            logits.add(engine.decode(rows, each).row(0));
        }
        return logits;
    }

    @Test
    void aBudgetForLessThanTwoTokensIsRefused() {
        EngineConfig config = new EngineConfig(1, false, 1000, 100, 1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> OnnxDecoderEngine.load(TinyModels.of(TensorType.F32), config))
                .withMessageStartingWith("kvBudgetBytes: 1000 (expected: at least ");
    }
}
