package io.insula.djl.tensorrt.plan;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that an ONNX model's tensors lie in, without building the model in memory.
 *
 * <p><b>Source</b>: field numbers of {@code onnx.proto3}; the wire format of Protocol Buffers.
 *
 * <p><b>Errors</b>: {@link IllegalArgumentException} for bytes that are no protocol buffer.
 */
final class OnnxExternalData {
    private static final int DEEPEST = 64;
    private static final int MOST = 100_000;
    private static final int LONGEST_NAME = 4096;

    /** The kinds of message on the way to a tensor, each with the fields that lead on. */
    private enum Message {
        MODEL,
        GRAPH,
        NODE,
        ATTRIBUTE,
        FUNCTION,
        SPARSE,
        TENSOR,
        ENTRY;

        @Nullable
        Message at(int field) {
            return switch (this) {
                case MODEL -> field == 7 ? GRAPH : field == 25 ? FUNCTION : null;
                case GRAPH -> field == 1 ? NODE : field == 5 ? TENSOR : field == 15 ? SPARSE : null;
                case FUNCTION -> field == 7 ? NODE : null;
                case NODE -> field == 5 ? ATTRIBUTE : null;
                case ATTRIBUTE ->
                    switch (field) {
                        case 5, 10 -> TENSOR;
                        case 6, 11 -> GRAPH;
                        case 22, 23 -> SPARSE;
                        default -> null;
                    };
                case SPARSE -> field == 1 || field == 2 ? TENSOR : null;
                case TENSOR -> field == 13 ? ENTRY : null;
                case ENTRY -> null;
            };
        }
    }

    private final MemorySegment bytes;
    private final Set<String> locations = new TreeSet<>();
    private long at;

    private OnnxExternalData(MemorySegment bytes) {
        this.bytes = bytes;
    }

    static Set<String> locations(Path onnx) throws IOException {
        try (Arena arena = Arena.ofConfined();
                FileChannel channel = FileChannel.open(onnx, StandardOpenOption.READ)) {
            return locations(channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        }
    }

    static Set<String> locations(MemorySegment bytes) {
        OnnxExternalData reader = new OnnxExternalData(bytes);
        reader.message(Message.MODEL, bytes.byteSize(), 0);
        return reader.locations;
    }

    private void message(Message kind, long end, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException("nested deeper than " + DEEPEST);
        }
        String key = "";
        String value = "";
        while (at < end) {
            long tag = varint(end);
            int field = (int) (tag >>> 3);
            switch ((int) (tag & 7)) {
                case 0 -> varint(end);
                case 1 -> skip(8, end);
                case 5 -> skip(4, end);
                case 2 -> {
                    long length = varint(end);
                    long start = at;
                    skip(length, end);
                    Message inner = kind.at(field);
                    if (inner != null) {
                        at = start;
                        message(inner, start + length, depth + 1);
                    } else if (kind == Message.ENTRY && field == 1) {
                        key = text(start, length);
                    } else if (kind == Message.ENTRY && field == 2) {
                        value = text(start, length);
                    }
                }
                default -> throw new IllegalArgumentException("unknown wire type at byte " + at);
            }
        }
        if (kind == Message.ENTRY && key.equals("location")) {
            locations.add(value);
            if (locations.size() > MOST) {
                throw new IllegalArgumentException("more than " + MOST + " external files");
            }
        }
    }

    private String text(long start, long length) {
        if (length > LONGEST_NAME) {
            throw new IllegalArgumentException("a name of " + length + " bytes");
        }
        return new String(bytes.asSlice(start, length).toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
    }

    private void skip(long length, long end) {
        if (length < 0 || length > end - at) {
            throw new IllegalArgumentException("cut off at byte " + at);
        }
        at += length;
    }

    private long varint(long end) {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw new IllegalArgumentException("cut off at byte " + at);
            }
            byte next = bytes.get(ValueLayout.JAVA_BYTE, at++);
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number without an end at byte " + at);
    }
}
