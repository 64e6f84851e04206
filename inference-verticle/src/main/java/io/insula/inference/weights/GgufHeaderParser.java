package io.insula.inference.weights;

import io.insula.inference.weights.GgufHeader.TensorInfo;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Parses a GGUF header and checks it against the file's size. */
final class GgufHeaderParser {

    static final int MAGIC = 0x46554747;

    private static final int MAX_TENSORS = 1 << 16;
    private static final int MAX_TENSOR_NAME_BYTES = 64;
    private static final int MAX_DIMENSIONS = 4;
    private static final int DEFAULT_ALIGNMENT = 32;
    private static final int MAX_ALIGNMENT = 1 << 16;
    /** Name length, dimension count, one dimension, type and offset. */
    private static final int MIN_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8;

    private final GgufCursor cursor;

    private GgufHeaderParser(GgufCursor cursor) {
        this.cursor = cursor;
    }

    static GgufHeader parse(String file, FileChannel channel) throws IOException {
        return new GgufHeaderParser(new GgufCursor(file, channel)).header(file);
    }

    private GgufHeader header(String file) throws IOException {
        checkMagicAndVersion();
        int tensorCount = cursor.count("tensor count", MIN_TENSOR_BYTES, MAX_TENSORS);
        Map<String, Object> values = new GgufValues(cursor).read();
        GgufMetadata metadata = new GgufMetadata(file, values);
        long alignment = alignment(metadata);
        List<RawTensor> raw = new ArrayList<>();
        for (int i = 0; i < tensorCount; i++) {
            raw.add(rawTensor(i));
        }
        long headerBytes = cursor.position();
        long dataStart = (headerBytes + alignment - 1) / alignment * alignment;
        if (dataStart > cursor.size()) {
            if (tensorCount > 0) {
                throw cursor.broken("the file ends at byte " + cursor.size() + " (expected: tensor data from byte "
                        + dataStart + " on)");
            }
            dataStart = cursor.size();
        }
        long dataBytes = cursor.size() - dataStart;
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        for (RawTensor tensor : raw) {
            TensorInfo info = checked(tensor, alignment, dataBytes);
            if (tensors.putIfAbsent(info.name(), info) != null) {
                throw cursor.broken("tensor " + info.name() + " occurs twice");
            }
        }
        checkNoOverlap(tensors.values());
        return new GgufHeader(metadata, alignment, dataStart, dataBytes, List.copyOf(tensors.values()));
    }

    private void checkMagicAndVersion() throws IOException {
        int magic = (int) cursor.i32("magic");
        if (magic != MAGIC) {
            throw cursor.broken("not a GGUF file: it does not begin with the bytes GGUF");
        }
        long version = cursor.u32("version");
        if (version == 2 || version == 3) {
            return;
        }
        long swapped = Integer.reverseBytes((int) version) & 0xFFFF_FFFFL;
        throw cursor.broken(
                swapped == 2 || swapped == 3
                        ? "GGUF version " + swapped + " in big-endian byte order (expected: little-endian)"
                        : "GGUF version " + version + " (expected: 2 or 3)");
    }

    private long alignment(GgufMetadata metadata) {
        long alignment = metadata.integer("general.alignment", DEFAULT_ALIGNMENT);
        if (alignment < 8 || alignment > MAX_ALIGNMENT || Long.bitCount(alignment) != 1) {
            throw cursor.broken("metadata general.alignment: " + alignment + " (expected: a power of two, 8.."
                    + MAX_ALIGNMENT + ")");
        }
        return alignment;
    }

    private RawTensor rawTensor(int index) throws IOException {
        String name = cursor.string("tensor " + index + " name", MAX_TENSOR_NAME_BYTES);
        String what = "tensor " + name;
        long dimensions = cursor.u32(what + " dimension count");
        if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
            throw cursor.broken(what + ": " + dimensions + " dimensions (expected: 1.." + MAX_DIMENSIONS + ")");
        }
        List<Long> shape = new ArrayList<>();
        for (int i = 0; i < dimensions; i++) {
            shape.add(cursor.u64(what + " dimension " + i));
        }
        return new RawTensor(name, shape, cursor.u32(what + " type"), cursor.u64(what + " offset"));
    }

    private TensorInfo checked(RawTensor tensor, long alignment, long dataBytes) {
        String what = "tensor " + tensor.name();
        TensorType type = TensorType.ofId(tensor.type())
                .orElseThrow(() -> cursor.broken(what + ": type " + tensor.type() + " is unknown (supported: "
                        + TensorType.supportedNames() + ")"));
        if (!type.supported()) {
            throw cursor.broken(
                    what + ": type " + type + " is not supported (supported: " + TensorType.supportedNames() + ")");
        }
        long sizeBytes = sizeBytes(what, type, tensor.shape());
        if (tensor.offset() % alignment != 0) {
            throw cursor.broken(what + ": offset " + tensor.offset() + " (expected: a multiple of the alignment "
                    + alignment + ")");
        }
        if (tensor.offset() > dataBytes || sizeBytes > dataBytes - tensor.offset()) {
            throw cursor.broken(what + ": " + sizeBytes + " bytes at offset " + tensor.offset()
                    + " (expected: within the " + dataBytes + " bytes of tensor data in the file)");
        }
        return new TensorInfo(tensor.name(), type, tensor.shape(), tensor.offset(), sizeBytes);
    }

    private long sizeBytes(String what, TensorType type, List<Long> shape) {
        if (shape.stream().anyMatch(dimension -> dimension < 1)) {
            throw cursor.broken(what + ": shape " + shape + " (expected: dimensions of at least 1)");
        }
        if (shape.getFirst() % type.blockSize() != 0) {
            throw cursor.broken(what + ": rows of " + shape.getFirst() + " elements of type " + type
                    + " (expected: a multiple of " + type.blockSize() + ")");
        }
        try {
            return type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
        } catch (ArithmeticException e) {
            throw cursor.broken(what + ": shape " + shape + " overflows", e);
        }
    }

    private void checkNoOverlap(Iterable<TensorInfo> tensors) {
        List<TensorInfo> ordered = new ArrayList<>();
        tensors.forEach(ordered::add);
        ordered.sort(Comparator.comparingLong(TensorInfo::offset));
        for (int i = 1; i < ordered.size(); i++) {
            TensorInfo before = ordered.get(i - 1);
            TensorInfo tensor = ordered.get(i);
            if (before.offset() + before.sizeBytes() > tensor.offset()) {
                throw cursor.broken(
                        "tensors " + before.name() + " and " + tensor.name() + " overlap at offset " + tensor.offset());
            }
        }
    }

    private record RawTensor(String name, List<Long> shape, long type, long offset) {}
}
