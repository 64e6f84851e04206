package io.insula.inference.weights;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * Writes GGUF version 3 files: small models made for a test, and requantised ones.
 *
 * <p><b>Order:</b> metadata and tensors appear in the file in the order in which they were added.
 */
public final class GgufWriter {

    private static final int ALIGNMENT = 32;

    private final ByteArrayOutputStream pairs = new ByteArrayOutputStream();
    private final List<Tensor> tensors = new ArrayList<>();
    private int pairCount;

    public GgufWriter string(String key, String value) {
        return pair(key, 8, text(value));
    }

    public GgufWriter uint32(String key, long value) {
        return pair(key, 4, written(buffer(4).putInt((int) value)));
    }

    public GgufWriter float32(String key, float value) {
        return pair(key, 6, written(buffer(4).putFloat(value)));
    }

    public GgufWriter bool(String key, boolean value) {
        return pair(key, 7, new byte[] {(byte) (value ? 1 : 0)});
    }

    public GgufWriter strings(String key, List<String> values) {
        ByteArrayOutputStream array = new ByteArrayOutputStream();
        array.writeBytes(written(buffer(12).putInt(8).putLong(values.size())));
        values.forEach(value -> array.writeBytes(text(value)));
        return pair(key, 9, array.toByteArray());
    }

    public GgufWriter int32s(String key, int... values) {
        ByteBuffer array = buffer(12 + 4 * values.length).putInt(5).putLong(values.length);
        for (int value : values) {
            array.putInt(value);
        }
        return pair(key, 9, written(array));
    }

    public GgufWriter float32s(String key, float... values) {
        ByteBuffer array = buffer(12 + 4 * values.length).putInt(6).putLong(values.length);
        for (float value : values) {
            array.putFloat(value);
        }
        return pair(key, 9, written(array));
    }

    /**
     * Copies the pairs of another file whose keys are accepted: integers as uint32 (arrays as int32), reals as float32.
     *
     * @throws IllegalArgumentException for a value that these types do not hold
     */
    public GgufWriter copy(GgufMetadata source, Predicate<String> keys) {
        source.values().forEach((key, value) -> {
            if (keys.test(key)) {
                copy(key, value, source);
            }
        });
        return this;
    }

    private void copy(String key, Object value, GgufMetadata source) {
        switch (value) {
            case String text -> string(key, text);
            case Boolean flag -> bool(key, flag);
            case Double real -> float32(key, real.floatValue());
            case Long integer when integer >= 0 && integer <= 0xFFFF_FFFFL -> uint32(key, integer);
            case long[] integers ->
                int32s(key, LongStream.of(integers).mapToInt(Math::toIntExact).toArray());
            case double[] reals -> {
                float[] floats = new float[reals.length];
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) reals[i];
                }
                float32s(key, floats);
            }
            case List<?> _ -> strings(key, source.strings(key));
            default -> throw new IllegalArgumentException("metadata " + key + ": " + value + " cannot be copied");
        }
    }

    /**
     * Adds a tensor in its stored form.
     *
     * @param shape innermost dimension first
     */
    public GgufWriter tensor(String name, TensorType type, List<Long> shape, byte[] data) {
        long expected = type.bytes(shape.stream().reduce(1L, Math::multiplyExact));
        if (data.length != expected) {
            throw new IllegalArgumentException(
                    "tensor " + name + ": " + data.length + " bytes (expected: " + expected + ")");
        }
        tensors.add(new Tensor(name, type, List.copyOf(shape), ByteBuffer.wrap(data.clone())));
        return this;
    }

    /** Adds a float32 tensor. */
    public GgufWriter tensor(String name, List<Long> shape, float... values) {
        ByteBuffer data = buffer(4 * values.length);
        for (float value : values) {
            data.putFloat(value);
        }
        return tensor(name, TensorType.F32, shape, written(data));
    }

    public void write(Path path) throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        header.writeBytes(written(buffer(24)
                .putInt(GgufHeaderParser.MAGIC)
                .putInt(3)
                .putLong(tensors.size())
                .putLong(pairCount)));
        pairs.writeTo(header);
        long offset = 0;
        for (Tensor tensor : tensors) {
            header.writeBytes(text(tensor.name()));
            ByteBuffer info = buffer(4 + 8 * tensor.shape().size() + 12)
                    .putInt(tensor.shape().size());
            tensor.shape().forEach(info::putLong);
            header.writeBytes(written(info.putInt(tensor.type().id()).putLong(offset)));
            offset += tensor.data().capacity() + padding(tensor.data().capacity());
        }
        try (OutputStream out = Files.newOutputStream(path)) {
            header.writeTo(out);
            out.write(new byte[padding(header.size())]);
            for (Tensor tensor : tensors) {
                out.write(
                        written(tensor.data().duplicate().position(tensor.data().capacity())));
                out.write(new byte[padding(tensor.data().capacity())]);
            }
        }
    }

    private GgufWriter pair(String key, int type, byte[] value) {
        pairs.writeBytes(text(key));
        pairs.writeBytes(written(buffer(4).putInt(type)));
        pairs.writeBytes(value);
        pairCount++;
        return this;
    }

    private static byte[] text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        return written(buffer(8 + utf8.length).putLong(utf8.length).put(utf8));
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] written(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static int padding(long bytes) {
        return (int) (-bytes & (ALIGNMENT - 1));
    }

    private record Tensor(String name, TensorType type, List<Long> shape, ByteBuffer data) {}
}
