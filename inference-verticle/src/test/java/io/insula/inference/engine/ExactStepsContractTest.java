package io.insula.inference.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.weights.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The equalities bit for bit that every {@link DecoderEngine} keeps, whatever its precision, checked on small random models. */
public abstract class ExactStepsContractTest {

    static final int SLOTS = 5;
    static final int SLOT_TOKENS = 150;
    static final DecoderShape SHAPE = TinyModels.shape(3);

    /** Loads an engine with that many slots and tokens of each. */
    protected abstract DecoderEngine load(DecoderDescription decoder, int slots, int slotTokens, int threads);

    /** What bits may depend on where an engine does not promise otherwise. */
    protected enum Exactness {
        /** On the rows beside a row. */
        ROWS,
        /** On where a prompt is cut. */
        CHUNKS
    }

    /** Whether the engine promises that bits do not depend on it; tests of what is not promised are skipped. */
    protected boolean promises(Exactness exactness) {
        return true;
    }

    private void needs(Exactness exactness) {
        assumeTrue(promises(exactness), () -> "This engine's bits may depend on its " + exactness + ".");
    }

    /** The thread counts that the engine's settings allow for a model of four heads. */
    protected abstract List<Integer> threadCounts();

    final DecoderEngine load(TensorType type) {
        return load(TinyModels.of(type), SLOTS, SLOT_TOKENS, 1);
    }

    /** Floating-point types, one of each form that kernels hold quantised ones in, and every architecture. */
    static Stream<Named<DecoderDescription>> models() {
        Stream<Named<DecoderDescription>> types = Stream.of(
                        TensorType.F32,
                        TensorType.F16,
                        TensorType.BF16,
                        TensorType.Q8_0,
                        TensorType.Q4_0,
                        TensorType.Q4_1,
                        TensorType.Q5_1,
                        TensorType.Q2_K,
                        TensorType.Q6_K)
                .map(type -> Named.of(type + " llama", TinyModels.of(type)));
        return Stream.concat(types, TinyModels.architectures(TensorType.Q4_1));
    }

    @ParameterizedTest
    @MethodSource("models")
    void aDecodeRowInABatchIsBitwiseTheRowAlone(DecoderDescription decoder) {
        needs(Exactness.ROWS);
        for (int threads : threadCounts()) {
            try (DecoderEngine engine = load(decoder, SLOTS, SLOT_TOKENS, threads)) {
                List<List<float[]>> alone = new ArrayList<>();
                for (int row = 0; row < SLOTS; row++) {
                    engine.clear(0);
                    prefill(engine, 0, prompt(row));
                    alone.add(decodeAlone(engine, continuation(row)));
                }
                for (int rows = 2; rows <= SLOTS; rows++) {
                    for (int row = 0; row < rows; row++) {
                        engine.clear(row);
                        prefill(engine, row, prompt(row));
                    }
                    assertBatchEquals(engine, rows, alone, "at " + threads + " threads");
                }
            }
        }
    }

    private static void assertBatchEquals(DecoderEngine engine, int rows, List<List<float[]>> alone, String what) {
        for (int step = 0; step < continuation(0).length; step++) {
            int at = step;
            int[] tokens =
                    IntStream.range(0, rows).map(row -> continuation(row)[at]).toArray();
            StepLogits logits = engine.decode(rows, tokens);
            for (int row = 0; row < rows; row++) {
                assertThat(logits.row(row))
                        .as("row %2$s of %3$s %1$s, step %4$s", what, row, rows, step)
                        .isEqualTo(alone.get(row).get(step));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aPromptInChunksIsBitwiseThePromptAtOnce(DecoderDescription decoder) {
        needs(Exactness.CHUNKS);
        int[] prompt = TinyModels.tokens(SHAPE, 140, 7);
        try (DecoderEngine engine = load(decoder, SLOTS, SLOT_TOKENS, 1)) {
            prefill(engine, 0, prompt);
            float[] prefilled = engine.prefillLogits().row(0);
            List<float[]> expected = decodeAlone(engine, continuation(0));
            for (int[] cuts :
                    new int[][] {{1}, {139}, {2, 3, 4}, {64, 128}, {33}, {65}, {70}, {75}, {97}, {1, 2, 138, 139}, {129}
                    }) {
                engine.clear(0);
                prefillCut(engine, prompt, cuts);
                String what = "cut at " + Arrays.toString(cuts);
                assertThat(engine.prefillLogits().row(0)).as(what).isEqualTo(prefilled);
                List<float[]> actual = decodeAlone(engine, continuation(0));
                for (int step = 0; step < actual.size(); step++) {
                    assertThat(actual.get(step)).as(what + ", step " + step).isEqualTo(expected.get(step));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void prefillAndReplayAreBitwiseTheStateAfterGenerating(DecoderDescription decoder) {
        needs(Exactness.ROWS);
        try (DecoderEngine engine = load(decoder, SLOTS, SLOT_TOKENS, 1)) {
            prefill(engine, 1, prompt(1));
            prefill(engine, 0, prompt(0));
            List<Integer> generated = new ArrayList<>();
            int next = argmax(engine.prefillLogits().row(0));
            float[] expected = new float[0];
            for (int step = 0; step < 8; step++) {
                generated.add(next);
                expected = engine.decode(2, new int[] {next, step}).row(0);
                next = argmax(expected);
            }
            engine.clear(0);
            prefill(engine, 0, prompt(0));
            List<float[]> replayed = decodeAlone(
                    engine, generated.stream().mapToInt(Integer::intValue).toArray());
            assertThat(replayed.getLast()).isEqualTo(expected);
        }
    }

    @Test
    void aMovedSlotGoesOnAsIfItHadStayed() {
        try (DecoderEngine engine = load(TensorType.Q4_1)) {
            prefill(engine, 0, prompt(2));
            List<float[]> expected = decodeAlone(engine, continuation(2));
            engine.clear(0);
            prefill(engine, 4, prompt(2));
            prefill(engine, 0, prompt(3));
            engine.move(4, 0);
            assertThat(engine.length(0)).isEqualTo(prompt(2).length);
            assertThat(engine.length(4)).isZero();
            List<float[]> actual = decodeAlone(engine, continuation(2));
            for (int step = 0; step < actual.size(); step++) {
                assertThat(actual.get(step)).as("step %s", step).isEqualTo(expected.get(step));
            }
        }
    }

    @Test
    void aCopiedSlotGoesOnAsTheOriginalAndLeavesItAlone() {
        needs(Exactness.ROWS);
        try (DecoderEngine engine = load(TensorType.Q4_1)) {
            prefill(engine, 0, prompt(3));
            List<float[]> expected = decodeAlone(engine, continuation(3));
            engine.clear(0);
            prefill(engine, 4, prompt(3));
            prefill(engine, 0, prompt(2));
            prefill(engine, 1, prompt(0));
            engine.copy(4, 0);
            engine.copy(4, 1);
            assertThat(List.of(engine.length(0), engine.length(1), engine.length(4)))
                    .containsOnly(prompt(3).length);
            for (int step = 0; step < expected.size(); step++) {
                int token = continuation(3)[step];
                StepLogits logits = engine.decode(2, new int[] {token, token});
                assertThat(logits.row(0)).as("step %s", step).isEqualTo(expected.get(step));
                assertThat(logits.row(1)).as("step %s", step).isEqualTo(expected.get(step));
            }
        }
    }

    @Test
    void aSavedSequenceGoesOnInAnotherSlotAsIfItHadStayed() {
        int[] prompt = prompt(2);
        int[] answer = continuation(2);
        try (DecoderEngine engine = load(TensorType.Q4_1)) {
            prefill(engine, 0, prompt);
            List<float[]> expected = decodeAlone(engine, answer);
            engine.clear(0);
            prefill(engine, 0, prompt);
            decodeAlone(engine, Arrays.copyOf(answer, 3));
            int length = engine.length(0);
            // In pieces, as a prefix cache does; and the cut need not respect the border of prompt and answer.
            int[] cuts = {0, 1, 32, 64, length};
            List<KvBlock> blocks = IntStream.range(1, cuts.length)
                    .mapToObj(i -> engine.save(0, cuts[i - 1], cuts[i]))
                    .toList();
            assertThat(blocks)
                    .allSatisfy(block ->
                            assertThat(block.bytes()).isEqualTo((block.to() - block.from()) * engine.tokenBytes()));
            engine.clear(0);
            prefill(engine, 0, prompt(3));
            prefill(engine, 3, prompt(1));
            engine.clear(3);
            blocks.forEach(block -> engine.load(block, 3));
            engine.clear(0);
            engine.move(3, 0);
            blocks.forEach(KvBlock::close);
            List<float[]> actual = decodeAlone(engine, Arrays.copyOfRange(answer, 3, answer.length));
            for (int step = 0; step < actual.size(); step++) {
                assertThat(actual.get(step)).as("step %s", step).isEqualTo(expected.get(step + 3));
            }
        }
    }

    @Test
    void aPromptWhoseBeginningIsLoadedIsBitwiseThePromptAtOnce() {
        needs(Exactness.CHUNKS);
        int[] prompt = TinyModels.tokens(SHAPE, 140, 7);
        try (DecoderEngine engine = load(TensorType.Q4_1)) {
            prefill(engine, 0, prompt);
            float[] prefilled = engine.prefillLogits().row(0);
            for (int known : new int[] {32, 96, 138}) {
                engine.prefill(2, prompt, 0, known);
                try (KvBlock beginning = engine.save(2, 0, known)) {
                    engine.clear(0);
                    engine.load(beginning, 0);
                }
                engine.clear(2);
                engine.prefill(0, prompt, known, prompt.length - known);
                assertThat(engine.prefillLogits().row(0))
                        .as("%s tokens loaded", known)
                        .isEqualTo(prefilled);
            }
        }
    }

    @Test
    void scoredPrefillTellsTheLogitsBehindEachTokenAndLeavesTheSameState() {
        needs(Exactness.CHUNKS);
        int[] prompt = TinyModels.tokens(SHAPE, 9, 13);
        try (DecoderEngine engine = load(TensorType.F32)) {
            prefill(engine, 0, prompt);
            List<float[]> continued = decodeAlone(engine, continuation(1));
            engine.clear(0);
            List<float[]> scored = new ArrayList<>();
            for (int from = 0; from < prompt.length; from += 3) {
                StepLogits logits = engine.prefillScored(0, prompt, from, 3);
                for (int i = 0; i < 3; i++) {
                    scored.add(logits.row(i));
                }
            }
            for (int i = 0; i < prompt.length; i++) {
                engine.clear(1);
                engine.prefill(1, prompt, 0, i + 1);
                assertThat(scored.get(i))
                        .as("token %s", i)
                        .usingComparatorWithPrecision(1e-4f)
                        .containsExactly(engine.prefillLogits().row(0));
            }
            List<float[]> actual = decodeAlone(engine, continuation(1));
            for (int step = 0; step < actual.size(); step++) {
                assertThat(actual.get(step)).as("step %s", step).isEqualTo(continued.get(step));
            }
        }
    }

    @Test
    void aSlotHoldsExactlyItsTokensAndLeavesItsNeighboursAlone() {
        needs(Exactness.CHUNKS);
        int[] prompt = TinyModels.tokens(SHAPE, SLOT_TOKENS, 11);
        try (DecoderEngine engine = load(TensorType.F32)) {
            prefill(engine, 0, prompt);
            float[] expected = engine.prefillLogits().row(0);
            prefill(engine, 1, prompt(1));
            float[] neighbour = engine.decode(1 + 1, tokensAfterClear(engine)).row(1);
            engine.clear(0);
            engine.clear(1);
            prefill(engine, 1, prompt(1));
            engine.prefill(0, prompt, 0, SLOT_TOKENS - 1);
            engine.prefill(0, prompt, SLOT_TOKENS - 1, 1);
            assertThat(engine.prefillLogits().row(0)).isEqualTo(expected);
            assertThatIllegalArgumentException().isThrownBy(() -> engine.decode(1, new int[] {0}));
            assertThatIllegalArgumentException().isThrownBy(() -> engine.prefill(0, prompt, 0, 1));
            assertThat(engine.length(0)).isEqualTo(SLOT_TOKENS);
            assertThat(engine.decode(2, tokensAfterClear(engine)).row(1)).isEqualTo(neighbour);
        }
    }

    private static int[] tokensAfterClear(DecoderEngine engine) {
        engine.clear(0);
        engine.prefill(0, new int[] {1, 2}, 0, 2);
        return new int[] {3, 4};
    }

    @Test
    void argumentsOutOfRangeChangeNothing() {
        try (DecoderEngine engine = load(TensorType.F32)) {
            prefill(engine, 0, prompt(0));
            List<float[]> expected = decodeAlone(engine, continuation(0));
            engine.clear(0);
            prefill(engine, 0, prompt(0));
            int unknown = SHAPE.vocabulary();
            KvBlock saved = engine.save(0, 1, 3);
            List<Runnable> calls = List.of(
                    () -> engine.decode(0, new int[] {1}),
                    () -> engine.decode(SLOTS + 1, new int[SLOTS + 1]),
                    () -> engine.decode(2, new int[] {1, 1}),
                    () -> engine.decode(1, new int[0]),
                    () -> engine.decode(1, new int[] {unknown}),
                    () -> engine.decode(1, new int[] {-1}),
                    () -> engine.prefill(SLOTS, new int[] {1}, 0, 1),
                    () -> engine.prefill(-1, new int[] {1}, 0, 1),
                    () -> engine.prefill(0, new int[] {1}, 0, 0),
                    () -> engine.prefill(0, new int[] {1}, 1, 1),
                    () -> engine.prefill(0, new int[] {1}, -1, 1),
                    () -> engine.prefill(0, new int[] {1, unknown}, 0, 2),
                    () -> engine.prefill(0, new int[SLOT_TOKENS + 1], 0, SLOT_TOKENS + 1),
                    () -> engine.clear(SLOTS),
                    () -> engine.move(0, SLOTS),
                    () -> engine.move(SLOTS, 0),
                    () -> engine.copy(0, SLOTS),
                    () -> engine.copy(SLOTS, 0),
                    () -> engine.save(0, 0, prompt(0).length + 1),
                    () -> engine.save(0, 2, 2),
                    () -> engine.save(0, -1, 2),
                    () -> engine.save(SLOTS, 0, 1),
                    () -> engine.load(saved, 0),
                    () -> engine.load(saved, SLOTS),
                    () -> engine.prefillScored(0, new int[] {1, unknown}, 0, 2),
                    () -> engine.prefillScored(1, new int[SLOT_TOKENS], 0, engine.scoredTokens() + 1),
                    () -> engine.length(-1));
            for (Runnable call : calls) {
                assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining("(expected: ");
            }
            assertThat(engine.length(0)).isEqualTo(prompt(0).length);
            List<float[]> actual = decodeAlone(engine, continuation(0));
            for (int step = 0; step < actual.size(); step++) {
                assertThat(actual.get(step)).as("step %s", step).isEqualTo(expected.get(step));
            }
        }
    }

    static int[] prompt(int row) {
        return TinyModels.tokens(SHAPE, new int[] {5, 1, 131, 40, 2}[row], 100 + row);
    }

    static int[] continuation(int row) {
        return TinyModels.tokens(SHAPE, 6, 200 + row);
    }

    static void prefill(DecoderEngine engine, int slot, int[] prompt) {
        engine.prefill(slot, prompt, 0, prompt.length);
    }

    private static void prefillCut(DecoderEngine engine, int[] prompt, int[] cuts) {
        int from = 0;
        for (int cut : cuts) {
            engine.prefillPart(0, prompt, from, cut - from);
            from = cut;
        }
        engine.prefill(0, prompt, from, prompt.length - from);
    }

    private static List<float[]> decodeAlone(DecoderEngine engine, int[] tokens) {
        return Arrays.stream(tokens)
                .mapToObj(token -> engine.decode(1, new int[] {token}).row(0))
                .toList();
    }

    private static int argmax(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }
}
