package io.insula.inference.graph;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.List;

/**
 * What one step of an eight-bit key or value is worth, for each layer and channel.
 *
 * <p><b>Shape:</b> each layer's scales {@code [kvHeads * headSize]}, more than 0 and finite.
 *
 * @param keys of each layer
 * @param values of each layer
 */
public record KvScales(List<float[]> keys, List<float[]> values) {

    public KvScales {
        keys = List.copyOf(keys);
        values = List.copyOf(values);
        if (keys.size() != values.size()) {
            throw new IllegalArgumentException(
                    "scales: " + keys.size() + " layers of keys, " + values.size() + " of values (expected: as many)");
        }
        keys.forEach(KvScales::check);
        values.forEach(KvScales::check);
    }

    private static void check(float[] layer) {
        for (float scale : layer) {
            if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("scale: " + scale + " (expected: more than 0, finite)");
            }
        }
    }

    /** Adds all scales to a digest. */
    public void update(MessageDigest digest) {
        for (List<float[]> layers : List.of(keys, values)) {
            for (float[] layer : layers) {
                ByteBuffer bytes = ByteBuffer.allocate(layer.length * Float.BYTES);
                bytes.asFloatBuffer().put(layer);
                digest.update(bytes);
            }
        }
    }
}
