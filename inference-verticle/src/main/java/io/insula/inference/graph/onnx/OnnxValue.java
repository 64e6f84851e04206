package io.insula.inference.graph.onnx;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A value of the graph, possibly with an addition that is not written yet.
 *
 * <p>An addition waits for the operation that takes the value, because some kernels add on the way.
 */
final class OnnxValue {

    private String name;
    private @Nullable String addend;
    private @Nullable UnaryOperator<String> correction;

    private OnnxValue(String name, @Nullable String addend, @Nullable UnaryOperator<String> correction) {
        this.name = name;
        this.addend = addend;
        this.correction = correction;
    }

    static OnnxValue named(String name) {
        return new OnnxValue(name, null, null);
    }

    /** The sum of two values. */
    static OnnxValue sum(String name, String addend) {
        return new OnnxValue(name, addend, null);
    }

    /** A value plus a correction, which can be written on top of any name. */
    static OnnxValue corrected(String name, UnaryOperator<String> correction) {
        return new OnnxValue(name, null, correction);
    }

    /** The value without what waits to be added. */
    String name() {
        return name;
    }

    /** What waits to be added to {@link #name}, or null. */
    @Nullable
    String addend() {
        return addend;
    }

    /** Writes what waits to be added on top of another value, or null when nothing does. */
    @Nullable
    UnaryOperator<String> correction() {
        return correction;
    }

    /** Replaces the value by one that has everything added. */
    void resolve(String complete) {
        name = complete;
        addend = null;
        correction = null;
    }
}
