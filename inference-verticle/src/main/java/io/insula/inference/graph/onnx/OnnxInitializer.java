package io.insula.inference.graph.onnx;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A constant of an ONNX model whose data is handed to the runtime beside the model.
 *
 * @param name unique in its model
 * @param type of the elements
 * @param shape outermost dimension first
 * @param data native memory, in the machine's byte order
 */
public record OnnxInitializer(String name, Type type, List<Long> shape, MemorySegment data) {

    /** Element types of the weights. */
    public enum Type {
        FLOAT,
        UINT8
    }
}
