package io.insula.inference.graph.tensorrt;

import java.util.List;

/**
 * A layer of a recording.
 *
 * @param kind the method of {@code Network} that made it
 * @param part what it belongs to
 * @param attributes the method's other arguments
 * @param kernel what it computes
 */
record RecordedLayer(
        String kind,
        String part,
        List<RecordedTensor> inputs,
        List<RecordedTensor> outputs,
        List<?> attributes,
        Kernel kernel) {

    /** Computes a layer's outputs from its inputs. */
    @FunctionalInterface
    interface Kernel {
        List<Values> run(List<Values> inputs);
    }

    @Override
    public String toString() {
        return part + ": " + kind + " " + attributes;
    }
}
