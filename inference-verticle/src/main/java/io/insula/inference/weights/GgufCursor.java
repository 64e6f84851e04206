package io.insula.inference.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Reads a header's little-endian fields one after another, never past the end of the file.
 *
 * <p>Memory taken for a field is bounded by the bytes that are really there, and by the limit on a header's size.
 */
final class GgufCursor {

    /** The largest vocabulary in use needs about 12 MiB of header. */
    static final long MAX_HEADER_BYTES = 128L << 20;

    private static final int WINDOW_BYTES = 1 << 16;

    private final String file;
    private final FileChannel channel;
    private final long size;
    private final ByteBuffer window =
            ByteBuffer.allocate(WINDOW_BYTES).order(ByteOrder.LITTLE_ENDIAN).limit(0);
    private long windowStart;

    GgufCursor(String file, FileChannel channel) throws IOException {
        this.file = file;
        this.channel = channel;
        this.size = channel.size();
    }

    long size() {
        return size;
    }

    long position() {
        return windowStart + window.position();
    }

    /** Bytes that the header may still take. */
    long remaining() {
        return Math.min(size, MAX_HEADER_BYTES) - position();
    }

    ModelFileException broken(String what) {
        return new ModelFileException(file + ": " + what);
    }

    ModelFileException broken(String what, Exception cause) {
        return new ModelFileException(file + ": " + what, cause);
    }

    int u8(String what) throws IOException {
        return require(1, what).get() & 0xFF;
    }

    long i8(String what) throws IOException {
        return require(1, what).get();
    }

    long i16(String what) throws IOException {
        return require(2, what).getShort();
    }

    long i32(String what) throws IOException {
        return require(4, what).getInt();
    }

    long u32(String what) throws IOException {
        return i32(what) & 0xFFFF_FFFFL;
    }

    long i64(String what) throws IOException {
        return require(8, what).getLong();
    }

    /** An unsigned value that must fit a long. */
    long u64(String what) throws IOException {
        long value = i64(what);
        if (value < 0) {
            throw broken(what + ": " + Long.toUnsignedString(value) + " (expected: at most " + Long.MAX_VALUE + ")");
        }
        return value;
    }

    float f32(String what) throws IOException {
        return require(4, what).getFloat();
    }

    double f64(String what) throws IOException {
        return require(8, what).getDouble();
    }

    /** A count of things that take at least {@code bytesEach} bytes each of the rest of the header. */
    int count(String what, long bytesEach, int limit) throws IOException {
        long count = u64(what);
        long most = Math.min(limit, remaining() / bytesEach);
        if (count > most) {
            throw broken(what + ": " + count + " (expected: at most " + most + " in the " + remaining()
                    + " bytes that follow)");
        }
        return (int) count;
    }

    /** A length-prefixed UTF-8 string of at most {@code limit} bytes. */
    String string(String what, int limit) throws IOException {
        int length = count(what + " length", 1, limit);
        ByteBuffer bytes;
        if (length <= WINDOW_BYTES) {
            bytes = require(length, what).slice(window.position(), length);
            window.position(window.position() + length);
        } else {
            bytes = ByteBuffer.allocate(length);
            long from = position();
            readFully(bytes, from, what);
            bytes.flip();
            window.position(0).limit(0);
            windowStart = from + length;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(bytes)
                    .toString();
        } catch (CharacterCodingException e) {
            throw broken(what + " is not UTF-8", e);
        }
    }

    /** Makes the next {@code bytes} bytes, at most a window, available. */
    private ByteBuffer require(int bytes, String what) throws IOException {
        if (window.remaining() >= bytes) {
            return window;
        }
        if (remaining() < bytes) {
            throw broken(
                    position() + bytes > size
                            ? what + ": the file ends at byte " + size + " (expected: " + bytes + " bytes at "
                                    + position() + ")"
                            : what + ": the header is longer than " + MAX_HEADER_BYTES + " bytes");
        }
        windowStart = position();
        window.clear().limit((int) Math.min(WINDOW_BYTES, size - windowStart));
        readFully(window, windowStart, what);
        return window.flip();
    }

    private void readFully(ByteBuffer target, long from, String what) throws IOException {
        long at = from;
        while (target.hasRemaining()) {
            int read = channel.read(target, at);
            if (read < 0) {
                throw broken(what + ": the file became shorter while it was read");
            }
            at += read;
        }
    }
}
