package io.insula.api.json;

import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.buffer.BufferInternal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Appends JSON to a growing byte array.
 *
 * <p>String content is escaped so that no line break of any convention (LF, CR, NEL, U+2028, U+2029) and no control
 * character survives: text can never end the line of a server-sent event. An unpaired surrogate becomes U+FFFD.
 *
 * <p><b>Thread:</b> one at a time.
 *
 * <p><b>Source:</b> RFC 8259, section 7.
 */
public final class JsonBytes {

    private static final byte[] HEX = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    private static final int WIDEST = 6;

    private byte[] bytes;
    private int size;

    public JsonBytes(int capacity) {
        bytes = new byte[Math.max(capacity, 16)];
    }

    /** Appends ASCII text as it is. */
    public JsonBytes raw(String ascii) {
        int length = ascii.length();
        reserve(length);
        for (int i = 0; i < length; i++) {
            bytes[size++] = (byte) ascii.charAt(i);
        }
        return this;
    }

    /** Appends bytes that already are JSON. */
    public JsonBytes raw(byte[] encoded) {
        reserve(encoded.length);
        System.arraycopy(encoded, 0, bytes, size, encoded.length);
        size += encoded.length;
        return this;
    }

    /** Appends another writer's content. */
    public JsonBytes raw(JsonBytes other) {
        reserve(other.size);
        System.arraycopy(other.bytes, 0, bytes, size, other.size);
        size += other.size;
        return this;
    }

    public JsonBytes number(long value) {
        return raw(Long.toString(value));
    }

    /** Appends a quoted string, or {@code null}. */
    public JsonBytes string(@Nullable String text) {
        return text == null ? raw("null") : raw("\"").escaped(text).raw("\"");
    }

    /** Appends the inside of a string. */
    public JsonBytes escaped(CharSequence text) {
        return escaped(text, text.length());
    }

    /** Appends the first characters of the inside of a string. */
    public JsonBytes escaped(CharSequence text, int length) {
        for (int i = 0; i < length; i++) {
            reserve(WIDEST);
            char c = text.charAt(i);
            if (c >= 0x20 && c < 0x7F) {
                if (c == '"' || c == '\\') {
                    bytes[size++] = '\\';
                }
                bytes[size++] = (byte) c;
            } else if (Character.isHighSurrogate(c) && i + 1 < length && Character.isLowSurrogate(text.charAt(i + 1))) {
                supplementary(Character.toCodePoint(c, text.charAt(++i)));
            } else {
                basic(Character.isSurrogate(c) ? '\uFFFD' : c);
            }
        }
        return this;
    }

    public int size() {
        return size;
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** The content without copying it; nothing may be appended afterwards. */
    public Buffer toBuffer() {
        return BufferInternal.buffer(Unpooled.wrappedBuffer(bytes, 0, size));
    }

    private void basic(char c) {
        switch (c) {
            case '\n' -> raw("\\n");
            case '\r' -> raw("\\r");
            case '\t' -> raw("\\t");
            default -> {
                if (c < 0xA0 || c == '\u2028' || c == '\u2029') {
                    escape(c);
                } else if (c < 0x800) {
                    bytes[size++] = (byte) (0xC0 | (c >> 6));
                    bytes[size++] = (byte) (0x80 | (c & 0x3F));
                } else {
                    bytes[size++] = (byte) (0xE0 | (c >> 12));
                    bytes[size++] = (byte) (0x80 | (c >> 6 & 0x3F));
                    bytes[size++] = (byte) (0x80 | (c & 0x3F));
                }
            }
        }
    }

    private void supplementary(int codePoint) {
        bytes[size++] = (byte) (0xF0 | (codePoint >> 18));
        bytes[size++] = (byte) (0x80 | (codePoint >> 12 & 0x3F));
        bytes[size++] = (byte) (0x80 | (codePoint >> 6 & 0x3F));
        bytes[size++] = (byte) (0x80 | (codePoint & 0x3F));
    }

    private void escape(char c) {
        bytes[size++] = '\\';
        bytes[size++] = 'u';
        bytes[size++] = HEX[c >> 12];
        bytes[size++] = HEX[(c >> 8) & 0xF];
        bytes[size++] = HEX[(c >> 4) & 0xF];
        bytes[size++] = HEX[c & 0xF];
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
