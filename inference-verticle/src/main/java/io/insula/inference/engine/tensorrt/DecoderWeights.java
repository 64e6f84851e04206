package io.insula.inference.engine.tensorrt;

import io.insula.inference.engine.NumericsDigest;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.TensorWalk;
import io.insula.inference.weights.ModelTensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors that a decoder is described with, each once, in the order of their first use. */
final class DecoderWeights {

    private final Map<String, ModelTensor> tensors = new LinkedHashMap<>();

    DecoderWeights(DecoderDescription decoder) {
        decoder.write(new TensorWalk(tensor -> tensors.putIfAbsent(tensor.name(), tensor)));
    }

    /** Elements of all of them. */
    long elements() {
        return tensors.values().stream().mapToLong(ModelTensor::elements).sum();
    }

    /** Differs wherever a name, type, shape or content does. */
    String digest() {
        NumericsDigest digest = new NumericsDigest();
        tensors.values().forEach(digest::add);
        return digest.value();
    }
}
