package io.insula.inference.weights;

import java.util.List;

/**
 * A header whose every offset and length was checked against the file's size.
 *
 * @param alignment bytes
 * @param dataStart where the tensor data section begins in the file
 * @param dataBytes from {@code dataStart} to the end of the file
 */
record GgufHeader(
        GgufMetadata metadata, long alignment, long dataStart, long dataBytes, List<GgufHeader.TensorInfo> tensors) {

    /**
     * Where a tensor lies.
     *
     * @param offset bytes from the start of the data section
     */
    record TensorInfo(String name, TensorType type, List<Long> shape, long offset, long sizeBytes) {}
}
