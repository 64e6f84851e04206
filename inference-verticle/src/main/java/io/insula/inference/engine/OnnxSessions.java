package io.insula.inference.engine;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.onnx.OnnxGraph;
import io.insula.inference.graph.onnx.OnnxInitializer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates ONNX Runtime sessions for graphs whose weights lie in native memory. */
final class OnnxSessions {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxSessions.class);

    private OnnxSessions() {}

    /**
     * The threads that a step may use. With more threads than heads the runtime splits the cache of a small batch between
     * threads, and a row's bits would depend on how many rows run with it; in exact mode they are capped.
     */
    static int threads(DecoderShape decoder, EngineConfig config) {
        int wanted = SharedThreads.all(config.threads());
        if (!config.exact() || wanted <= decoder.heads()) {
            return wanted;
        }
        LOG.info("threads: {} lowered to {}, the heads of the model", wanted, decoder.heads());
        return decoder.heads();
    }

    static OrtSession create(OrtEnvironment environment, OnnxGraph graph, int threads, boolean spinning)
            throws OrtException {
        Map<String, OnnxTensorLike> tensors = new HashMap<>();
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            for (OnnxInitializer initializer : graph.initializers()) {
                tensors.put(initializer.name(), tensor(environment, initializer));
            }
            options.addExternalInitializers(tensors);
            SharedThreads.give(options, threads, spinning);
            return environment.createSession(graph.model().toByteArray(), options);
        } finally {
            tensors.values().forEach(OnnxTensorLike::close);
        }
    }

    private static OnnxTensor tensor(OrtEnvironment environment, OnnxInitializer initializer) throws OrtException {
        OnnxJavaType type = switch (initializer.type()) {
            case FLOAT -> OnnxJavaType.FLOAT;
            case UINT8 -> OnnxJavaType.UINT8;
        };
        return OnnxTensor.createTensor(
                environment,
                initializer.data().asByteBuffer().order(ByteOrder.nativeOrder()),
                initializer.shape().stream().mapToLong(Long::longValue).toArray(),
                type);
    }
}
