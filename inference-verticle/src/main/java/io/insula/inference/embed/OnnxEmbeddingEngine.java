package io.insula.inference.embed;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.translate.TranslateException;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.insula.inference.engine.SharedThreads;
import io.insula.protocol.EmbeddingVector;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The CPU's embedding engine: a DJL model on ONNX Runtime, asked through a predictor. */
final class OnnxEmbeddingEngine implements EmbeddingEngine {

    private final Model model;
    private final Predictor<List<int[]>, List<EmbeddingVector>> predictor;

    private OnnxEmbeddingEngine(Model model, Predictor<List<int[]>, List<EmbeddingVector>> predictor) {
        this.model = model;
        this.predictor = predictor;
    }

    /**
     * Loads an ONNX model with the inputs {@code input_ids}, {@code attention_mask} and {@code token_type_ids}.
     *
     * @param spinning whether idle threads wait busily
     */
    static OnnxEmbeddingEngine load(byte[] onnx, int threads, boolean spinning) {
        Model model = SharedThreads.runtime(threads, spinning).newModel("embedding", Device.cpu());
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            SharedThreads.give(options, threads, spinning);
            model.load(new ByteArrayInputStream(onnx), Map.of("sessionOptions", options));
            return new OnnxEmbeddingEngine(model, model.newPredictor(new MeanPooling()));
        } catch (IOException | MalformedModelException | OrtException | RuntimeException e) {
            model.close();
            throw new EmbeddingException("ONNX Runtime cannot load the embedding model: " + e.getMessage(), e);
        }
    }

    @Override
    public List<EmbeddingVector> embed(List<int[]> texts) {
        try {
            return predictor.predict(texts);
        } catch (TranslateException e) {
            throw new EmbeddingException("ONNX Runtime failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        predictor.close();
        model.close();
    }
}
