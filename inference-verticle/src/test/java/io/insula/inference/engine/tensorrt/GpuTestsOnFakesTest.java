package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.NetworkOptions;
import org.junit.jupiter.api.Test;

/** What the tests on a GPU do, on a fake one: that it can pass, and what it tells of an engine that is known. */
class GpuTestsOnFakesTest {

    private static final DecoderDescription DECODER = TinyModels.of(io.insula.inference.weights.TensorType.F32);

    private static TensorRtDecoderEngine written(int slots, int slotTokens) {
        NetworkOptions options =
                NetworkOptions.portable(ElementType.FLOAT32, DECODER.shape().contextTokens());
        return new FakeGpu(8, 256, 0, TensorType.FLOAT32)
                .open(
                        DECODER,
                        FakeGpu.config(slots, slotTokens).withExactTrial(false),
                        new InterpretedNetwork(DECODER, options.withTop(FakeGpu.CANDIDATES)));
    }

    @Test
    void greedyAnswersGoOnInAnotherEngine() {
        GreedyRun expected = new GreedyRun(DECODER);
        try (DecoderEngine oracle = new OracleEngine(DECODER, GreedyRun.ROWS, GreedyRun.SLOT_TOKENS)) {
            expected.goOn(oracle, 12);
        }
        GreedyRun resumed = new GreedyRun(DECODER);
        try (DecoderEngine engine = written(GreedyRun.ROWS, GreedyRun.SLOT_TOKENS)) {
            resumed.goOn(engine, 5);
        }
        try (DecoderEngine engine = written(GreedyRun.ROWS, GreedyRun.SLOT_TOKENS)) {
            resumed.goOn(engine, 7);
        }
        assertThat(resumed.answers()).isEqualTo(expected.answers());
        assertThat(expected.answers().getFirst())
                .hasSize(12)
                .isNotEqualTo(expected.answers().get(1));
    }

    /** Plain loops do not depend on rows or chunks; the written network depends on chunks. */
    @Test
    void invarianceIsToldFromItsAbsence() {
        try (DecoderEngine exact = new FakeGpu().open(DECODER, FakeGpu.config(3, GreedyRun.SLOT_TOKENS));
                DecoderEngine written = written(3, GreedyRun.SLOT_TOKENS)) {
            BatchInvariance rows = BatchInvariance.ofRows(DECODER, exact);
            assertThat(rows.equal()).isEqualTo(rows.compared()).isEqualTo(2 * 7);
            BatchInvariance chunks = BatchInvariance.ofChunks(DECODER, exact);
            assertThat(chunks.equal()).isEqualTo(chunks.compared()).isEqualTo(5 * 7);
            BatchInvariance cut = BatchInvariance.ofChunks(DECODER, written);
            assertThat(cut.equal()).isLessThan(cut.compared());
            assertThat(cut.deviation()).isBetween(Double.MIN_VALUE, 1e-5);
        }
    }

    @Test
    void stepsThatFillAndEmptySlotsGoOnForEver() {
        try (DecoderEngine engine = new FakeGpu()
                .open(
                        DECODER,
                        FakeGpu.config(EngineGrowth.SLOTS, EngineGrowth.SLOT_TOKENS)
                                .withExactTrial(false))) {
            EngineGrowth growth = new EngineGrowth(engine, DECODER);
            for (int i = 0; i < 3 * EngineGrowth.SLOT_TOKENS; i++) {
                growth.step();
            }
            assertThat(engine.length(0)).isLessThanOrEqualTo(EngineGrowth.SLOT_TOKENS);
        }
    }
}
