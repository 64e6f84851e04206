package io.insula.djl.tensorrt;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.lang.foreign.MemorySegment;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;

/** What arrays are filled from: checks buffers, and converts numbers on the host where no other engine does. */
final class HostBuffers {

    private HostBuffers() {}

    /** The bytes that an array of this shape and type takes from a buffer, in the order of the machine. */
    static MemorySegment bytes(Buffer data, Shape shape, ArrayType type) {
        long size = type.sizeBytes(shape);
        long given = (long) data.remaining() * width(data);
        if (!(data instanceof ByteBuffer) && !fits(DataType.fromBuffer(data), type)) {
            throw new IllegalArgumentException("data: a " + data.getClass().getSimpleName() + " (expected: a buffer of "
                    + type + " or a ByteBuffer)");
        }
        if (given < size) {
            throw new IllegalArgumentException(
                    "data: " + given + " bytes (expected: " + size + " for " + shape + " " + type + ")");
        }
        return MemorySegment.ofBuffer(inNativeOrder(data)).asSlice(0, size);
    }

    private static boolean fits(DataType buffer, ArrayType type) {
        if (8 * buffer.getNumOfBytes() != type.bits()) {
            return false;
        }
        // Two bytes are a short in Java, whatever they mean.
        return buffer.getNumOfBytes() == 2
                || buffer.isFloating() == type.dataType().isFloating();
    }

    private static int width(Buffer data) {
        return data instanceof ByteBuffer ? 1 : DataType.fromBuffer(data).getNumOfBytes();
    }

    private static Buffer inNativeOrder(Buffer data) {
        ByteOrder order = ByteOrder.nativeOrder();
        boolean foreign = switch (data) {
            case ShortBuffer shorts -> shorts.order() != order;
            case IntBuffer ints -> ints.order() != order;
            case LongBuffer longs -> longs.order() != order;
            case FloatBuffer floats -> floats.order() != order;
            case DoubleBuffer doubles -> doubles.order() != order;
            default -> false;
        };
        if (!foreign) {
            return data;
        }
        ByteBuffer copy = ByteBuffer.allocateDirect(Math.multiplyExact(data.remaining(), width(data)))
                .order(order);
        switch (data) {
            case ShortBuffer shorts -> copy.asShortBuffer().put(shorts.duplicate());
            case IntBuffer ints -> copy.asIntBuffer().put(ints.duplicate());
            case LongBuffer longs -> copy.asLongBuffer().put(longs.duplicate());
            case FloatBuffer floats -> copy.asFloatBuffer().put(floats.duplicate());
            case DoubleBuffer doubles -> copy.asDoubleBuffer().put(doubles.duplicate());
            default -> throw new IllegalStateException("a buffer without an order: " + data);
        }
        return copy;
    }

    /** Converts numbers as Java's casts do; booleans are what is not zero. */
    static ByteBuffer convert(ByteBuffer source, DataType from, DataType to) {
        ByteBuffer in = source.duplicate().order(ByteOrder.nativeOrder());
        int count = in.remaining() / requireWidth(from);
        ByteBuffer out = ByteBuffer.allocateDirect(Math.multiplyExact(count, requireWidth(to)))
                .order(ByteOrder.nativeOrder());
        for (int i = 0; i < count; i++) {
            if (from.isFloating()) {
                double value = readFloating(in, from);
                if (to.isFloating()) {
                    writeFloating(out, to, value);
                } else {
                    writeInteger(out, to, to.isBoolean() ? (value == 0 ? 0 : 1) : (long) value);
                }
            } else {
                long value = readInteger(in, from);
                if (to.isFloating()) {
                    writeFloating(out, to, from == DataType.UINT64 ? unsigned(value) : value);
                } else {
                    writeInteger(out, to, to.isBoolean() ? (value == 0 ? 0 : 1) : value);
                }
            }
        }
        return out.flip();
    }

    private static int requireWidth(DataType type) {
        return switch (type) {
            case COMPLEX64, UNKNOWN, STRING ->
                throw new UnsupportedOperationException("data type: " + type + " (expected: a number type)");
            default -> type.getNumOfBytes();
        };
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : 2.0 * ((value >>> 1) | (value & 1));
    }

    private static double readFloating(ByteBuffer in, DataType type) {
        return switch (type) {
            case FLOAT64 -> in.getDouble();
            case FLOAT32 -> in.getFloat();
            case FLOAT16 -> Float.float16ToFloat(in.getShort());
            case BFLOAT16 -> Float.intBitsToFloat(in.getShort() << 16);
            default -> throw new IllegalStateException("not a floating type: " + type);
        };
    }

    private static void writeFloating(ByteBuffer out, DataType type, double value) {
        switch (type) {
            case FLOAT64 -> out.putDouble(value);
            case FLOAT32 -> out.putFloat((float) value);
            case FLOAT16 -> out.putShort(Float.floatToFloat16((float) value));
            case BFLOAT16 -> out.putShort(toBfloat16((float) value));
            default -> throw new IllegalStateException("not a floating type: " + type);
        }
    }

    /** Rounds to the nearest, ties to even, as hardware does. */
    private static short toBfloat16(float value) {
        if (Float.isNaN(value)) {
            return (short) 0x7fc0;
        }
        int bits = Float.floatToRawIntBits(value);
        return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }

    private static long readInteger(ByteBuffer in, DataType type) {
        return switch (type) {
            case INT8 -> in.get();
            case UINT8, BOOLEAN -> in.get() & 0xff;
            case INT16 -> in.getShort();
            case UINT16 -> in.getShort() & 0xffff;
            case INT32 -> in.getInt();
            case UINT32 -> in.getInt() & 0xffff_ffffL;
            case INT64, UINT64 -> in.getLong();
            default -> throw new IllegalStateException("not an integer type: " + type);
        };
    }

    private static void writeInteger(ByteBuffer out, DataType type, long value) {
        switch (type) {
            case INT8, UINT8, BOOLEAN -> out.put((byte) value);
            case INT16, UINT16 -> out.putShort((short) value);
            case INT32, UINT32 -> out.putInt((int) value);
            case INT64, UINT64 -> out.putLong(value);
            default -> throw new IllegalStateException("not an integer type: " + type);
        }
    }
}
