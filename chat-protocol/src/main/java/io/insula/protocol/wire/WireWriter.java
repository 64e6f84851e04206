package io.insula.protocol.wire;

import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenIds;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Appends the protocol's primitive forms to a buffer. */
final class WireWriter {

    private final Buffer buffer;
    private final int version;

    /**
     * @param version the protocol version whose layout is written
     */
    WireWriter(Buffer buffer, int version) {
        this.buffer = buffer;
        this.version = version;
    }

    /** The protocol version whose layout is written. */
    int version() {
        return version;
    }

    void octet(int value) {
        buffer.appendByte((byte) value);
    }

    void flag(boolean value) {
        octet(value ? 1 : 0);
    }

    /** Seven bits an octet, the lowest first, the high bit set on all but the last. */
    void count(long value) {
        if (value < 0) {
            throw new IllegalArgumentException("count: " + value + " (expected: >= 0)");
        }
        long rest = value;
        while (rest >= 0x80) {
            octet((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        octet((int) rest);
    }

    void fixed64(long value) {
        buffer.appendLong(value);
    }

    void real(double value) {
        fixed64(Double.doubleToRawLongBits(value));
    }

    void uuid(UUID value) {
        fixed64(value.getMostSignificantBits());
        fixed64(value.getLeastSignificantBits());
    }

    /** UTF-8; a lone surrogate, which UTF-8 cannot hold, becomes a question mark. */
    void text(String value) {
        octets(value.getBytes(StandardCharsets.UTF_8));
    }

    void optionalText(@Nullable String value) {
        flag(value != null);
        if (value != null) {
            text(value);
        }
    }

    void optionalUuid(@Nullable UUID value) {
        flag(value != null);
        if (value != null) {
            uuid(value);
        }
    }

    void tokens(TokenIds tokens) {
        count(tokens.size());
        for (int i = 0; i < tokens.size(); i++) {
            count(tokens.get(i));
        }
    }

    void bytes(TokenBytes value) {
        octets(value.toArray());
    }

    <T> void list(List<T> values, BiConsumer<WireWriter, T> element) {
        count(values.size());
        for (T value : values) {
            element.accept(this, value);
        }
    }

    /** A part that a later version may lengthen: readers skip what they do not know at its end. */
    <T> void block(T value, BiConsumer<WireWriter, T> layout) {
        Buffer content = Buffer.buffer();
        layout.accept(new WireWriter(content, version), value);
        octets(content.getBytes());
    }

    /** A length, then IEEE 754 binary32, big-endian. */
    void floats(float[] values) {
        count(values.length);
        for (float value : values) {
            buffer.appendFloat(value);
        }
    }

    private void octets(byte[] value) {
        count(value.length);
        buffer.appendBytes(value);
    }
}
