package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.NumericsDigest;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.TensorWalk;
import io.insula.inference.graph.tensorrt.WeightForm;
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

    /** What they take, at least: quantised ones have scales, and some matrices are always plain. */
    long bytes(WeightForm form, ElementType plain) {
        int bits = switch (form) {
            case PLAIN -> plain.bits();
            case FLOAT8 -> ElementType.FLOAT8.bits();
            case INT4 -> ElementType.INT4.bits();
        };
        return elements() * bits / Byte.SIZE;
    }

    /** Differs wherever a name, type, shape or content does. */
    String digest() {
        NumericsDigest digest = new NumericsDigest();
        tensors.values().forEach(digest::add);
        return digest.value();
    }
}
