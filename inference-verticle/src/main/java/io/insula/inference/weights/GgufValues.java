package io.insula.inference.weights;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the key/value section of a GGUF header. */
final class GgufValues {

    private static final int MAX_PAIRS = 1 << 16;
    private static final int MAX_KEY_BYTES = 65_535;
    private static final int MAX_STRING_BYTES = 16 << 20;
    /** Of all arrays together: a vocabulary of 256,000 tokens with scores, types and merges has about 1.2 million. */
    private static final int MAX_ARRAY_ELEMENTS = 8 << 20;

    private static final int MAX_ARRAY_DEPTH = 4;
    /** Key length, type and the smallest value. */
    private static final int MIN_PAIR_BYTES = 8 + 4 + 1;

    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    private final GgufCursor cursor;
    private int arrayElementsLeft = MAX_ARRAY_ELEMENTS;

    GgufValues(GgufCursor cursor) {
        this.cursor = cursor;
    }

    Map<String, Object> read() throws IOException {
        int pairs = cursor.count("metadata count", MIN_PAIR_BYTES, MAX_PAIRS);
        Map<String, Object> values = new LinkedHashMap<>();
        for (int i = 0; i < pairs; i++) {
            String key = cursor.string("metadata " + i + " key", MAX_KEY_BYTES);
            String what = "metadata " + key;
            long type = cursor.u32(what + " type");
            Object value = type == ARRAY ? array(what, 1) : scalar(what, type);
            if (values.putIfAbsent(key, value) != null) {
                throw cursor.broken(what + " occurs twice");
            }
        }
        return values;
    }

    private Object scalar(String what, long type) throws IOException {
        if (type == STRING) {
            return cursor.string(what, MAX_STRING_BYTES);
        }
        if (type == BOOL) {
            return bool(what);
        }
        return isReal(type) ? (Object) real(what, type) : (Object) integer(what, type);
    }

    private Object array(String what, int depth) throws IOException {
        if (depth > MAX_ARRAY_DEPTH) {
            throw cursor.broken(what + ": arrays nested deeper than " + MAX_ARRAY_DEPTH);
        }
        long type = cursor.u32(what + " element type");
        int count = cursor.count(what + " element count", bytesOf(what, type), arrayElementsLeft);
        arrayElementsLeft -= count;
        if (type == STRING || type == BOOL || type == ARRAY) {
            List<Object> elements = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                elements.add(type == ARRAY ? array(what, depth + 1) : scalar(what, type));
            }
            return Collections.unmodifiableList(elements);
        }
        if (isReal(type)) {
            double[] reals = new double[count];
            for (int i = 0; i < count; i++) {
                reals[i] = real(what, type);
            }
            return reals;
        }
        long[] integers = new long[count];
        for (int i = 0; i < count; i++) {
            integers[i] = integer(what, type);
        }
        return integers;
    }

    private boolean bool(String what) throws IOException {
        int value = cursor.u8(what);
        if (value > 1) {
            throw cursor.broken(what + ": bool " + value + " (expected: 0 or 1)");
        }
        return value == 1;
    }

    private static boolean isReal(long type) {
        return type == 6 || type == 12;
    }

    private double real(String what, long type) throws IOException {
        return type == 6 ? cursor.f32(what) : cursor.f64(what);
    }

    private long integer(String what, long type) throws IOException {
        return switch ((int) type) {
            case 0 -> cursor.u8(what);
            case 1 -> cursor.i8(what);
            case 2 -> cursor.i16(what) & 0xFFFF;
            case 3 -> cursor.i16(what);
            case 4 -> cursor.u32(what);
            case 5 -> cursor.i32(what);
            case 10 -> cursor.u64(what);
            case 11 -> cursor.i64(what);
            default -> throw unknown(what, type);
        };
    }

    /** The least number of bytes that an array element takes. */
    private int bytesOf(String what, long type) {
        return switch ((int) type) {
            case 0, 1, BOOL -> 1;
            case 2, 3 -> 2;
            case 4, 5, 6 -> 4;
            case STRING, 10, 11, 12 -> 8;
            case ARRAY -> 12;
            default -> throw unknown(what, type);
        };
    }

    private ModelFileException unknown(String what, long type) {
        return cursor.broken(what + ": value type " + type + " (expected: 0..12)");
    }
}
