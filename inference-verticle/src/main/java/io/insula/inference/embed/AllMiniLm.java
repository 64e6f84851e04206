package io.insula.inference.embed;

import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.SharedThreads;
import io.insula.protocol.ModelName;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;

/**
 * The embedding model that comes with the program: all-MiniLM-L6-v2 with eight-bit weights, 384 dimensions.
 *
 * <p>The matrix products are of floats, see {@link FloatWeights}. Weights and tokenizer are resources of a library on the class path, none of whose classes is used.
 *
 * <p><b>Source:</b> the sentence-transformers project's all-MiniLM-L6-v2, Apache-2.0, in ONNX form.
 */
public final class AllMiniLm {

    public static final ModelName NAME = new ModelName("all-minilm-l6-v2");
    /** What its makers call it. */
    public static final ModelName FULL_NAME = new ModelName("sentence-transformers/all-MiniLM-L6-v2");

    static final int DIMENSIONS = 384;
    static final int MAX_TOKENS = 512;
    static final String WEIGHTS = "/all-minilm-l6-v2-q.onnx";
    static final String TOKENIZER = "/all-minilm-l6-v2-q-tokenizer.json";
    /** The first digits of the weights' SHA-256. */
    static final String FINGERPRINT = "all-minilm-l6-v2-q-afdb6f1a0e45b715";

    private AllMiniLm() {}

    /** The model, which nothing is read of before it is used. */
    public static EmbeddingModel model(EngineConfig config) {
        int threads = SharedThreads.all(config.threads());
        return new EmbeddingModel(
                List.of(NAME, FULL_NAME),
                FINGERPRINT,
                DIMENSIONS,
                MAX_TOKENS,
                AllMiniLm::encoder,
                () -> OnnxEmbeddingEngine.load(FloatWeights.of(weights()), threads, config.allowSpinning()));
    }

    static TextEncoder encoder() {
        try (InputStream json = resource(TOKENIZER)) {
            return new WordPieceEncoder(json);
        } catch (IOException e) {
            throw new EmbeddingException("the tokenizer of " + NAME + " cannot be read", e);
        }
    }

    static byte[] weights() {
        try (InputStream onnx = resource(WEIGHTS)) {
            return onnx.readAllBytes();
        } catch (IOException e) {
            throw new EmbeddingException("the weights of " + NAME + " cannot be read", e);
        }
    }

    private static InputStream resource(String path) {
        return Objects.requireNonNull(
                AllMiniLm.class.getResourceAsStream(path), () -> path + " is not on the class path");
    }
}
