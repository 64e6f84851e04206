package io.insula.protocol;

import java.util.Arrays;

/** The immutable embedding of one text; equal to another when all components are equal bit for bit. */
public final class EmbeddingVector {

    private final float[] components;

    private EmbeddingVector(float[] components) {
        this.components = components;
    }

    /** Takes a copy of at least one component. */
    public static EmbeddingVector of(float... components) {
        if (components.length == 0) {
            throw new IllegalArgumentException("components: [] (expected: at least one)");
        }
        return new EmbeddingVector(components.clone());
    }

    /** How many components it has. */
    public int dimensions() {
        return components.length;
    }

    public float get(int index) {
        return components[index];
    }

    public float[] toArray() {
        return components.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EmbeddingVector that && Arrays.equals(components, that.components);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(components);
    }

    @Override
    public String toString() {
        return "EmbeddingVector[" + components.length + "]";
    }
}
