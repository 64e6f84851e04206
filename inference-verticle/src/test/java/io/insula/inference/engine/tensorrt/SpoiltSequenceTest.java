package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.Weights;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * One sequence's numbers leave the range of their type, as some models' do in float16: nobody else's may. The network that stands
 * for the plan fails as soon as rubbish that it masks is no number.
 */
class SpoiltSequenceTest {

    private static final int POISON = 77;
    private static final int[] POISONED = {3, POISON, 4, 5, 6, 7, 8, 9};
    private static final int[] PROMPT = {1, 2, 3};

    private final DecoderDescription decoder = poisoned();
    private final FakeGpu gpu = new FakeGpu();

    private static DecoderDescription poisoned() {
        LlamaDecoder sound = TinyModels.of(TinyModels.shape(2), TensorType.F32, 1);
        String name = "token_embd.weight";
        ModelTensor table = sound.weights().find(name).orElseThrow();
        MemorySegment data =
                Arena.ofAuto().allocate(table.data().byteSize(), 32).copyFrom(table.data());
        data.setAtIndex(ValueLayout.JAVA_FLOAT, POISON * table.columns(), Float.NaN);
        ModelTensor poison = new ModelTensor(name, table.type(), table.shape(), data);
        Weights weights = wanted ->
                wanted.equals(name) ? Optional.of(poison) : sound.weights().find(wanted);
        return new LlamaDecoder(sound.shape(), weights);
    }

    private TensorRtDecoderEngine open() {
        return gpu.open(decoder, FakeGpu.config(3, 150).withExactTrial(false));
    }

    private static float[] answer(DecoderEngine engine, int slot) {
        engine.prefill(slot, PROMPT, 0, PROMPT.length);
        engine.prefillPart(slot, PROMPT, 0, 1);
        engine.prefill(slot, PROMPT, 1, 1);
        return engine.prefillLogits().row(0);
    }

    private static void poison(DecoderEngine engine, int slot) {
        engine.prefill(slot, POISONED, 0, POISONED.length);
        assertThat(engine.prefillLogits().row(0)[0]).isNaN();
    }

    @Test
    void whoComesNextIsNotTouched() {
        try (DecoderEngine engine = open()) {
            float[] expected = answer(engine, 0);
            engine.clear(0);
            poison(engine, 0);
            engine.clear(0);
            assertThat(answer(engine, 0)).isEqualTo(expected);
        }
    }

    @Test
    void aStepThatSpoilsItIsNoticedToo() {
        try (DecoderEngine engine = open()) {
            float[] expected = answer(engine, 1);
            engine.clear(1);
            for (int slot = 0; slot < 2; slot++) {
                engine.prefill(slot, PROMPT, 0, PROMPT.length);
            }
            engine.decode(2, new int[] {1, POISON});
            engine.decode(2, new int[] {1, 1});
            engine.clear(1);
            assertThat(answer(engine, 1)).isEqualTo(expected);
        }
    }

    @Test
    void neitherMovesNorCopiesNorBlocksCarryItOn() {
        try (DecoderEngine engine = open()) {
            float[] expected = answer(engine, 0);
            engine.clear(0);
            poison(engine, 0);
            engine.copy(0, 1);
            engine.move(0, 2);
            try (KvBlock block = engine.save(2, 0, POISONED.length)) {
                engine.load(block, 0);
            }
            for (int slot = 0; slot < 3; slot++) {
                engine.clear(slot);
                assertThat(answer(engine, slot)).as("slot %s", slot).isEqualTo(expected);
            }
        }
    }

    @Test
    void aSequenceThatReplacesItLeavesNothingOfIt() {
        try (DecoderEngine engine = open()) {
            float[] expected = answer(engine, 1);
            engine.clear(1);
            poison(engine, 1);
            engine.prefill(0, PROMPT, 0, 2);
            engine.copy(0, 1);
            assertThat(answer(engine, 0)).hasSameSizeAs(expected);
            engine.decode(2, new int[] {1, 1});
            engine.clear(1);
            assertThat(answer(engine, 1)).isEqualTo(expected);
        }
    }

    @Test
    void layingTheCacheOutAnewCarriesItNowhere() {
        try (DecoderEngine engine = open()) {
            float[] expected = answer(engine, 1);
            engine.clear(1);
            poison(engine, 2);
            engine.prefill(0, new int[100], 0, 100);
            assertThat(answer(engine, 1)).isEqualTo(expected);
            engine.clear(1);
            engine.clear(0);
            for (int step = 0; step < DeviceCache.PATIENCE; step++) {
                engine.prefill(0, PROMPT, 0, 2);
                engine.decode(1, new int[] {1});
                engine.clear(0);
            }
            assertThat(answer(engine, 1)).isEqualTo(expected);
        }
    }

    @Test
    void nothingOfItIsLeftWhereAShorterCacheEnds() {
        try (DecoderEngine engine = open()) {
            float[] expected = answer(engine, 1);
            engine.clear(1);
            engine.prefill(0, new int[100], 0, 100);
            poison(engine, 2);
            engine.clear(0);
            for (int step = 0; step < DeviceCache.PATIENCE; step++) {
                engine.prefill(0, PROMPT, 0, 2);
                engine.decode(1, new int[] {1});
                engine.clear(0);
            }
            engine.clear(2);
            engine.prefill(0, new int[100], 0, 100);
            for (int slot = 1; slot < 3; slot++) {
                assertThat(answer(engine, slot)).as("slot %s", slot).isEqualTo(expected);
            }
        }
    }
}
