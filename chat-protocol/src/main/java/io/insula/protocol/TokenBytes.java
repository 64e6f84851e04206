package io.insula.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What one token adds to a text: immutable bytes, possibly a part of a code point, none for a control token. */
public final class TokenBytes {

    /** A control token's. */
    public static final TokenBytes EMPTY = new TokenBytes(new byte[0]);

    private final byte[] bytes;

    private TokenBytes(byte[] bytes) {
        this.bytes = bytes;
    }

    public static TokenBytes of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new TokenBytes(bytes.clone());
    }

    public int size() {
        return bytes.length;
    }

    public boolean isEmpty() {
        return bytes.length == 0;
    }

    public byte get(int index) {
        return bytes[index];
    }

    public byte[] toArray() {
        return bytes.clone();
    }

    /** As text; what is not UTF-8 by itself becomes U+FFFD. */
    public String toText() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenBytes that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return Arrays.toString(bytes);
    }
}
