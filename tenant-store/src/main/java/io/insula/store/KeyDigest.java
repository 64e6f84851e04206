package io.insula.store;

import java.util.Arrays;
import java.util.HexFormat;

/**
 * What stands for an access key in caches and in the database; the key itself is kept nowhere.
 *
 * <p>Finding a row by it needs no comparison in constant time: who does not know the pepper cannot choose a digest, so
 * the time of the index's search tells nothing about any stored key.
 */
public final class KeyDigest {

    private static final int BYTES = 32;

    private final byte[] bytes;

    KeyDigest(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("key digest: " + bytes.length + " bytes (expected: " + BYTES + ")");
        }
        this.bytes = bytes.clone();
    }

    public byte[] toBytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KeyDigest that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** A few digits, enough to tell digests apart in a log. */
    @Override
    public String toString() {
        return "KeyDigest[" + HexFormat.of().formatHex(bytes, 0, 4) + "…]";
    }
}
