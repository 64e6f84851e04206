package io.insula.inference.engine;

import io.insula.inference.graph.KvScales;
import io.insula.inference.weights.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A digest (SHA-256) of what an engine's numbers depend on, in the order in which it is told.
 *
 * <p><b>Thread:</b> one at a time.
 */
public final class NumericsDigest {

    private static final long DIGESTED_AT_ONCE = 1 << 24;

    private final MessageDigest digest;

    public NumericsDigest() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    public void add(String text) {
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
    }

    /** Adds name, type, shape and contents, about a third of a second a gigabyte; the contents are released. */
    public void add(ModelTensor tensor) {
        add(tensor.name() + tensor.type() + tensor.shape());
        MemorySegment data = tensor.data();
        for (long at = 0; at < data.byteSize(); at += DIGESTED_AT_ONCE) {
            digest.update(data.asSlice(at, Math.min(DIGESTED_AT_ONCE, data.byteSize() - at))
                    .asByteBuffer());
        }
        tensor.release();
    }

    void add(KvScales scales) {
        scales.update(digest);
    }

    /** The first 16 bytes in hexadecimal digits; nothing can be added any more. */
    public String value() {
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }
}
