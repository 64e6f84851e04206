package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.GgufFile;
import io.insula.inference.weights.GgufWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a model whose predictions can be told by hand: attention and feed-forward give nothing, the embedding decides. */
class PerplexityTest {

    private static final int VOCABULARY = 8;
    private static final int HIDDEN = 8;
    private static final float EPSILON = 1e-6f;

    @TempDir
    Path folder;

    @Test
    void aModelThatKnowsNothingIsAsPerplexedAsItsVocabularyIsLarge() throws Exception {
        float[] nothing = new float[VOCABULARY * HIDDEN];
        int[] tokens = tokens(token -> token * 5 % VOCABULARY);
        assertThat(ofDecode(nothing, tokens, 2).value()).isCloseTo(VOCABULARY, within(1e-6));
        assertThat(ofPrefill(nothing, tokens, 2).value()).isCloseTo(VOCABULARY, within(1e-6));
    }

    @Test
    void aModelThatExpectsARepetitionIsAsPerplexedAsItsOwnProbabilitySays() throws Exception {
        double own = expOfOwnLogit();
        double expected = (own + VOCABULARY - 1) / own;
        int[] repeated = tokens(_ -> 3);
        assertThat(ofDecode(identity(), repeated, 2).value()).isCloseTo(expected, within(1e-5));
        assertThat(ofPrefill(identity(), repeated, 2).value()).isCloseTo(expected, within(1e-5));
    }

    @Test
    void aTextThatNeverRepeatsPerplexesTheModelThatExpectsRepetition() throws Exception {
        double expected = expOfOwnLogit() + VOCABULARY - 1;
        int[] changing = tokens(at -> at % VOCABULARY);
        assertThat(ofDecode(identity(), changing, 2).value()).isCloseTo(expected, within(1e-5));
        assertThat(ofPrefill(identity(), changing, 2).value()).isCloseTo(expected, within(1e-5));
    }

    @Test
    void scoresEveryTokenOfAWindowButTheFirstOnes() throws Exception {
        int[] tokens = tokens(_ -> 1);
        assertThat(ofDecode(identity(), tokens, 1).scored()).isEqualTo(Perplexity.WINDOW - 32);
        assertThat(ofPrefill(identity(), tokens, 1).scored()).isEqualTo((Perplexity.WINDOW - 32) / 4);
    }

    @Test
    void refusesMoreWindowsThanTheTextHas() {
        assertThatThrownBy(() -> ofDecode(identity(), tokens(_ -> 1), 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("windows: 3 (expected: 1..2)");
    }

    private Perplexity ofDecode(float[] embedding, int[] tokens, int windows) throws Exception {
        try (GgufFile file = GgufFile.open(model(embedding));
                DecoderEngine engine = new OracleEngine(DecoderDescription.of(file), 2, Perplexity.WINDOW)) {
            return Perplexity.ofDecode(engine, tokens, windows);
        }
    }

    private Perplexity ofPrefill(float[] embedding, int[] tokens, int windows) throws Exception {
        try (GgufFile file = GgufFile.open(model(embedding));
                DecoderEngine engine = new OracleEngine(DecoderDescription.of(file), 2, Perplexity.WINDOW)) {
            return Perplexity.ofPrefill(engine, tokens, windows, 4);
        }
    }

    private static int[] tokens(IntUnaryOperator token) {
        int[] tokens = new int[2 * Perplexity.WINDOW];
        Arrays.setAll(tokens, token);
        return tokens;
    }

    /** A one-hot vector, divided by its root mean square, times itself. */
    private static double expOfOwnLogit() {
        return Math.exp(1 / Math.sqrt(1.0 / HIDDEN + EPSILON));
    }

    private static float[] identity() {
        float[] embedding = new float[VOCABULARY * HIDDEN];
        for (int token = 0; token < VOCABULARY; token++) {
            embedding[token * HIDDEN + token] = 1;
        }
        return embedding;
    }

    private Path model(float[] embedding) throws Exception {
        Path file = folder.resolve("model.gguf");
        float[] nothing = new float[HIDDEN * HIDDEN];
        float[] ones = new float[HIDDEN];
        Arrays.fill(ones, 1);
        List<Long> square = List.of((long) HIDDEN, (long) HIDDEN);
        List<Long> vector = List.of((long) HIDDEN);
        GgufWriter writer = new GgufWriter()
                .string("general.architecture", "llama")
                .uint32("llama.block_count", 1)
                .uint32("llama.embedding_length", HIDDEN)
                .uint32("llama.feed_forward_length", HIDDEN)
                .uint32("llama.context_length", 2 * Perplexity.WINDOW)
                .uint32("llama.attention.head_count", 2)
                .float32("llama.attention.layer_norm_rms_epsilon", EPSILON)
                .tensor("token_embd.weight", List.of((long) HIDDEN, (long) VOCABULARY), embedding)
                .tensor("output_norm.weight", vector, ones)
                .tensor("blk.0.attn_norm.weight", vector, ones)
                .tensor("blk.0.ffn_norm.weight", vector, ones);
        for (String name : List.of("attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down")) {
            writer.tensor("blk.0." + name + ".weight", square, nothing);
        }
        writer.write(file);
        return file;
    }
}
