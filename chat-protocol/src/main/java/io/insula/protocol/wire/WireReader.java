package io.insula.protocol.wire;

import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.vertx.core.buffer.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads the protocol's primitive forms and trusts nothing: no length is believed before that many bytes are there.
 *
 * <p><b>Errors:</b> {@link MalformedMessageException} for everything that is not as it must be.
 */
final class WireReader {

    private static final int UUID_BYTES = 16;

    private final Buffer buffer;
    private final int start;
    private final int end;
    private int position;
    private int version;

    WireReader(Buffer buffer, int start, int end) {
        this.buffer = buffer;
        this.start = start;
        this.end = end;
        this.position = start;
    }

    /** Reads the protocol version that the message is written in. */
    int readVersion() {
        version = octet();
        return version;
    }

    /** The protocol version that the message is written in. */
    int version() {
        return version;
    }

    int octet() {
        require(1);
        return buffer.getByte(position++) & 0xFF;
    }

    boolean flag() {
        int value = octet();
        if (value > 1) {
            throw malformed("flag: " + value + " (expected: 0 or 1)");
        }
        return value == 1;
    }

    int count() {
        long value = longCount();
        if (value > Integer.MAX_VALUE) {
            throw malformed("count: " + value + " (expected: 0.." + Integer.MAX_VALUE + ")");
        }
        return (int) value;
    }

    long longCount() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE - 1; shift += 7) {
            int next = octet();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw malformed("count longer than 9 bytes");
    }

    long fixed64() {
        require(Long.BYTES);
        long value = buffer.getLong(position);
        position += Long.BYTES;
        return value;
    }

    double real() {
        return Double.longBitsToDouble(fixed64());
    }

    UUID uuid() {
        require(UUID_BYTES);
        return new UUID(fixed64(), fixed64());
    }

    String text() {
        int length = count();
        require(length);
        byte[] bytes = buffer.getBytes(position, position + length);
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            position += length;
            return text;
        } catch (CharacterCodingException notUtf8) {
            throw malformed("text of " + length + " bytes (expected: UTF-8)");
        }
    }

    @Nullable
    String optionalText() {
        return flag() ? text() : null;
    }

    @Nullable
    UUID optionalUuid() {
        return flag() ? uuid() : null;
    }

    TokenIds tokens() {
        int size = count();
        require(size);
        int[] ids = new int[size];
        for (int i = 0; i < size; i++) {
            ids[i] = count();
        }
        return TokenIds.of(ids);
    }

    TokenBytes bytes() {
        int length = count();
        require(length);
        byte[] value = buffer.getBytes(position, position + length);
        position += length;
        return TokenBytes.of(value);
    }

    /** A list whose elements take at least {@code leastBytes} each. */
    <T> List<T> list(int leastBytes, Function<WireReader, T> element) {
        int size = count();
        require((long) size * leastBytes);
        List<T> values = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            values.add(element.apply(this));
        }
        return values;
    }

    /** A part with its own length; what stands in it after the known fields is skipped. */
    <T> T block(Function<WireReader, T> layout) {
        int length = count();
        require(length);
        WireReader content = new WireReader(buffer, position, position + length);
        content.version = version;
        T value = layout.apply(content);
        position += length;
        return value;
    }

    float[] floats() {
        int size = count();
        require((long) size * Float.BYTES);
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = buffer.getFloat(position);
            position += Float.BYTES;
        }
        return values;
    }

    void expectEnd() {
        if (position != end) {
            throw malformed((end - position) + " bytes after the message's end");
        }
    }

    MalformedMessageException malformed(String what) {
        return new MalformedMessageException("byte " + (position - start) + ": " + what);
    }

    private void require(long bytes) {
        if (bytes > end - position) {
            throw malformed(bytes + " bytes announced (expected: at most " + (end - position) + ")");
        }
    }
}
