package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.decode.ChoiceHistory;
import io.insula.inference.decode.NextTokens;
import io.insula.inference.decode.Sampler;
import io.insula.inference.decode.SamplingException;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.engine.TopLogits;
import io.insula.inference.engine.WholeLogits;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.weights.TensorType;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TokenIds;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of a step's logits comes to the host, and when. */
class DeviceLogitsTest {

    private static final int ROWS = 5;
    private static final int VOCABULARY = 5_000;
    private static final long ROW_BYTES = 4L * VOCABULARY;
    private static final DecoderDescription DECODER = TinyModels.of(wide(), TensorType.F32, 1);
    private static final LoopNetwork NETWORK = new LoopNetwork(DECODER, FakeGpu.CANDIDATES, false);
    private static final TensorRtConfig CONFIG = FakeGpu.config(ROWS, 100).withExactTrial(false);
    private static final SamplingParameters GREEDY = new SamplingParameters(0, 1, 1);
    private static final int[] PROMPT = {5, 6, 7};
    private static final int[] TOKENS = {1, 2, 3, 4, 5};

    private final FakeGpu gpu = new FakeGpu();
    private final Sampler sampler = new Sampler(VOCABULARY);

    private static DecoderShape wide() {
        DecoderShape tiny = TinyModels.shape(1);
        return new DecoderShape(
                1,
                tiny.heads(),
                tiny.kvHeads(),
                tiny.headSize(),
                tiny.hidden(),
                tiny.feedForward(),
                VOCABULARY,
                tiny.contextTokens(),
                tiny.rope(),
                tiny.pattern(),
                tiny.rmsEpsilon());
    }

    private DecoderEngine open(FakePlan.Network network) {
        DecoderEngine engine = gpu.open(DECODER, CONFIG, network);
        for (int slot = 0; slot < ROWS; slot++) {
            engine.prefillPart(slot, PROMPT, 0, PROMPT.length);
        }
        return engine;
    }

    private int sample(StepLogits logits, int row, SamplingParameters parameters) {
        ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, parameters.penalties());
        return sampler.sample(logits, row, parameters, history, NextTokens.allBut(TokenIds.EMPTY), 0);
    }

    private long sent(Runnable work) {
        long before = gpu.cuda.sentBytes();
        work.run();
        return gpu.cuda.sentBytes() - before;
    }

    @Test
    void aStepSendsKilobytesAndGreedyTokensNeedNoMore() {
        try (DecoderEngine engine = open(NETWORK)) {
            long sent = sent(() -> {
                StepLogits logits = engine.decode(ROWS, TOKENS);
                for (int row = 0; row < ROWS; row++) {
                    sample(logits, row, GREEDY);
                    sample(logits, row, new SamplingParameters(1, 1, row).withTopK(FakeGpu.CANDIDATES - 1));
                }
            });
            assertThat(sent)
                    .isEqualTo(new AnswerLayout(ROWS, FakeGpu.CANDIDATES).bytes())
                    .isLessThan(1 << 10);
            assertThat(sent(() -> sample(prefilled(engine), 0, GREEDY)))
                    .isEqualTo(new AnswerLayout(1, FakeGpu.CANDIDATES).bytes());
            assertThat(sent(() -> engine.prefillScored(1, PROMPT, 0, 3)))
                    .isEqualTo(new AnswerLayout(3, FakeGpu.CANDIDATES).bytes());
        }
        assertThat(new AnswerLayout(32, 64).bytes()).as("32 rows of 64").isEqualTo(16_768);
    }

    private static StepLogits prefilled(DecoderEngine engine) {
        engine.prefill(0, PROMPT, 0, PROMPT.length);
        return engine.prefillLogits();
    }

    @Test
    void wholeRowsComeOneByOneWhereSomebodyAsks() {
        SamplingParameters typical = new SamplingParameters(1, 1, 3).withTypicalP(0.9);
        try (DecoderEngine engine = open(NETWORK)) {
            StepLogits logits = engine.decode(ROWS, TOKENS);
            int[] tokens = new int[2];
            assertThat(sent(() -> tokens[0] = sample(logits, 3, typical))).isEqualTo(ROW_BYTES);
            assertThat(sent(() -> logits.row(3))).as("the same row again").isZero();
            assertThat(sent(() -> tokens[1] = sample(logits, 1, typical))).isEqualTo(ROW_BYTES);
            assertThat(tokens[0]).isEqualTo(sample(WholeLogits.of(logits.row(3)), 0, typical));
            assertThat(tokens[1]).isEqualTo(sample(WholeLogits.of(logits.row(1)), 0, typical));
            assertThat(logits.row(1)).isNotEqualTo(logits.row(3));
            for (int row = 0; row < ROWS; row++) {
                assertThat(sample(logits, row, GREEDY)).isEqualTo(sample(WholeLogits.of(logits.row(row)), 0, GREEDY));
            }
        }
    }

    @Test
    void whatAnotherStepOverwroteIsRefused() {
        try (DecoderEngine engine = open(NETWORK)) {
            assertThatIllegalStateException()
                    .isThrownBy(engine::prefillLogits)
                    .withMessage("No prompt was prefilled with its logits.");
            StepLogits logits = engine.decode(ROWS, TOKENS);
            TopLogits top = Objects.requireNonNull(logits.top());
            engine.decode(1, TOKENS);
            for (Runnable call : List.<Runnable>of(
                    () -> logits.row(0),
                    () -> top.logSum(0),
                    () -> top.finite(0),
                    () -> top.copyTop(0, new float[FakeGpu.CANDIDATES], new int[FakeGpu.CANDIDATES]))) {
                assertThatIllegalStateException().isThrownBy(call::run).withMessageContaining("are gone");
            }
        }
    }

    @Test
    void aRowThatDoesNotComeEndsTheEngine() {
        DecoderEngine engine = open(NETWORK);
        StepLogits logits = engine.decode(ROWS, TOKENS);
        gpu.cuda.breakDown(true);
        assertThatExceptionOfType(EngineException.class).isThrownBy(() -> logits.row(0));
        gpu.cuda.breakDown(false);
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> engine.decode(ROWS, TOKENS))
                .withMessageContaining("failed before");
        engine.close();
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
    }

    private static FakePlan.Network telling(String name, int index, int raise) {
        return (memory, shapes) -> {
            NETWORK.run(memory, shapes);
            MemorySegment output = memory.get(name);
            if (output.byteSize() > 4L * index) {
                output.setAtIndex(ValueLayout.JAVA_INT, index, output.getAtIndex(ValueLayout.JAVA_INT, index) + raise);
            }
        };
    }

    /** The smallest lie about any of the trial's rows: one bit, one token, a sum that is off by a thousandth. */
    @Test
    void aPlanThatTellsWhatIsNotSoIsNotBelieved() {
        for (FakePlan.Network lie : List.of(
                telling("top_values", 2 * FakeGpu.CANDIDATES + 6, 1),
                telling("top_ids", FakeGpu.CANDIDATES, 1),
                telling("log_sum", 3, 1 << 13))) {
            try (DecoderEngine engine = open(lie)) {
                long sent = sent(() -> {
                    StepLogits logits = engine.decode(ROWS, TOKENS);
                    assertThat(logits.top()).isNull();
                    assertThat(sample(logits, 2, GREEDY)).isEqualTo(argmax(logits.row(2)));
                });
                assertThat(sent).isGreaterThanOrEqualTo(ROW_BYTES);
            }
        }
        try (DecoderEngine engine = open(telling("top_ids", 0, 0))) {
            assertThat(engine.decode(ROWS, TOKENS).top()).isNotNull();
        }
    }

    private static int argmax(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY})
    void logitsThatAreNotFiniteAreRefusedThoughNobodyWouldDrawThem(float broken) {
        FakePlan.Network network = (memory, shapes) -> {
            NETWORK.run(memory, shapes);
            Shape tokens = shapes.get("tokens");
            if (tokens.get(0) > 1) {
                memory.get("logits").setAtIndex(ValueLayout.JAVA_FLOAT, 2L * VOCABULARY + 99, broken);
                float sum = broken == Float.NEGATIVE_INFINITY ? 3 : Float.NaN;
                memory.get("log_sum").setAtIndex(ValueLayout.JAVA_FLOAT, 2, sum);
                memory.get("depth").setAtIndex(ValueLayout.JAVA_FLOAT, 2, -broken);
            }
        };
        try (DecoderEngine engine = open(network)) {
            StepLogits logits = engine.decode(ROWS, TOKENS);
            sample(logits, 1, GREEDY);
            assertThatExceptionOfType(SamplingException.class)
                    .isThrownBy(() -> sample(logits, 2, GREEDY))
                    .withMessage("logits of row 2: " + broken + " at token 99 (expected: finite numbers)");
        }
    }

    @Test
    void aRowsLargestLogitsAreTheRowsOwn() {
        try (DecoderEngine engine = open(NETWORK)) {
            StepLogits logits = engine.decode(ROWS, TOKENS);
            TopLogits top = Objects.requireNonNull(logits.top());
            float[] values = new float[top.count()];
            int[] tokens = new int[top.count()];
            for (int row = 0; row < ROWS; row++) {
                float[] whole = logits.row(row);
                top.copyTop(row, values, tokens);
                for (int i = 0; i < tokens.length; i++) {
                    assertThat(whole[tokens[i]]).isEqualTo(values[i]);
                }
                float[] sorted = whole.clone();
                Arrays.sort(sorted);
                assertThat(values[top.count() - 1]).isEqualTo(sorted[VOCABULARY - top.count()]);
            }
        }
    }
}
