package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which steps are captured, launched again and forgotten; that the numbers stay is the contract suite's. */
class DecodeGraphsTest {

    private static final DecoderDescription DECODER = TinyModels.of(TinyModels.shape(1), TensorType.F32, 1);
    private static final int[] PROMPT = {5, 6, 7};

    private final FakeGpu gpu = new FakeGpu();

    private TensorRtDecoderEngine open(int graphs) {
        TensorRtDecoderEngine engine =
                gpu.open(DECODER, FakeGpu.config(8, 150).withGraphs(graphs).withExactTrial(false));
        for (int slot = 0; slot < 8; slot++) {
            engine.prefill(slot, PROMPT, 0, PROMPT.length);
        }
        return engine;
    }

    /** Runs enqueued by the plan: one for a step of a form that is new and one for its capture, none for a launch. */
    private int runs(DecoderEngine engine, int rows) {
        int before = gpu.plan().runs();
        engine.decode(rows, new int[rows]);
        return gpu.plan().runs() - before;
    }

    @Test
    void aFormOfStepIsCapturedOnceAndLaunchedFromThenOn() {
        try (TensorRtDecoderEngine engine = open(16)) {
            assertThat(runs(engine, 1)).isEqualTo(2);
            assertThat(runs(engine, 1)).isZero();
            assertThat(runs(engine, 3)).isEqualTo(2);
            assertThat(runs(engine, 4)).as("the same number of computed rows").isZero();
            assertThat(runs(engine, 2)).isEqualTo(2);
            assertThat(runs(engine, 8)).isEqualTo(2);
            assertThat(gpu.cuda.liveGraphs()).isEqualTo(4);
        }
    }

    @Test
    void anotherLengthOfTheCacheIsAnotherForm() {
        try (TensorRtDecoderEngine engine = open(16)) {
            assertThat(runs(engine, 1)).isEqualTo(2);
            engine.prefill(7, new int[40], 0, 40);
            assertThat(runs(engine, 1)).isEqualTo(2);
            assertThat(runs(engine, 1)).isZero();
            engine.clear(7);
            // Once the cache is shorter again, the first form's graph serves.
            for (int step = 0; step < 2 * DeviceCache.PATIENCE; step++) {
                engine.clear(0);
                engine.prefill(0, PROMPT, 0, PROMPT.length);
                int launched = gpu.plan().runs();
                engine.decode(1, new int[1]);
                assertThat(gpu.plan().runs()).isEqualTo(launched);
            }
            assertThat(gpu.cuda.liveGraphs()).isEqualTo(2);
        }
    }

    @Test
    void theFormsUnusedForLongestGiveWay() {
        try (TensorRtDecoderEngine engine = open(2)) {
            runs(engine, 1);
            runs(engine, 2);
            assertThat(runs(engine, 1)).isZero();
            assertThat(runs(engine, 4)).isEqualTo(2);
            assertThat(gpu.cuda.liveGraphs()).isEqualTo(2);
            assertThat(gpu.plan().openContexts()).isEqualTo(3);
            assertThat(runs(engine, 1)).isZero();
            assertThat(runs(engine, 2)).isEqualTo(2);
        }
    }

    @Test
    void aStepWhoseLayersAreTimedIsTheSameStepAndNoGraph() {
        try (TensorRtDecoderEngine other = open(16);
                TensorRtDecoderEngine engine = open(16)) {
            int[] tokens = {3, 9};
            List<String> layers = new ArrayList<>();
            StepLogits timed = engine.decode(2, tokens, (layer, millis) -> layers.add(layer));
            assertThat(layers).isEqualTo(FakePlan.LAYERS);
            StepLogits plain = other.decode(2, tokens);
            for (int row = 0; row < 2; row++) {
                assertThat(timed.row(row)).isEqualTo(plain.row(row));
            }
            assertThat(runs(engine, 2)).as("a form that is new").isEqualTo(2);
            assertThat(runs(engine, 2)).isZero();
            assertThat(layers).as("nobody asks any more").hasSameSizeAs(FakePlan.LAYERS);
        }
    }

    @Test
    void withoutGraphsEveryStepIsEnqueued() {
        try (TensorRtDecoderEngine engine = open(0)) {
            assertThat(runs(engine, 1)).isOne();
            assertThat(runs(engine, 1)).isOne();
            assertThat(runs(engine, 5)).isOne();
            assertThat(gpu.cuda.liveGraphs()).isZero();
            assertThat(gpu.plan().openContexts()).isEqualTo(2);
        }
    }

    @Test
    void stepsGoOnWithoutGraphsWhereACaptureFails() {
        try (TensorRtDecoderEngine engine = open(16);
                TensorRtDecoderEngine expected = new FakeGpu().open(DECODER, FakeGpu.config(8, 150))) {
            for (int slot = 0; slot < 8; slot++) {
                expected.prefill(slot, PROMPT, 0, PROMPT.length);
            }
            gpu.plan().failEnqueue(2);
            for (int rows : new int[] {2, 2, 5, 1}) {
                assertThat(logits(engine, rows)).isEqualTo(logits(expected, rows));
            }
            assertThat(gpu.cuda.liveGraphs()).isZero();
        }
    }

    @Test
    void stepsGoOnWithoutGraphsWhereThereIsNoMemoryForAContext() {
        try (TensorRtDecoderEngine engine = open(16)) {
            runs(engine, 1);
            gpu.plan().failContext(1);
            assertThat(runs(engine, 2)).isOne();
            assertThat(runs(engine, 1)).as("what was captured before").isZero();
            assertThat(runs(engine, 4)).isOne();
            assertThat(gpu.cuda.liveGraphs()).isOne();
        }
    }

    /** They are computed with an empty past, and nothing of theirs is kept. */
    @Test
    void voidRowsLeaveTheirSlotsAlone() {
        try (TensorRtDecoderEngine engine = open(16)) {
            float[][] expected = logits(engine, 8);
            for (int slot = 0; slot < 8; slot++) {
                engine.clear(slot);
                engine.prefill(slot, PROMPT, 0, PROMPT.length);
            }
            for (int i = 0; i < 3; i++) {
                engine.decode(5, new int[5]);
            }
            for (int slot = 0; slot < 5; slot++) {
                engine.clear(slot);
                engine.prefill(slot, PROMPT, 0, PROMPT.length);
            }
            assertThat(engine.length(5)).isEqualTo(PROMPT.length);
            assertThat(logits(engine, 8)).isEqualTo(expected);
        }
    }

    private static float[][] logits(DecoderEngine engine, int rows) {
        int[] tokens = new int[rows];
        Arrays.fill(tokens, 9);
        StepLogits logits = engine.decode(rows, tokens);
        return IntStream.range(0, rows).mapToObj(logits::row).toArray(float[][]::new);
    }
}
