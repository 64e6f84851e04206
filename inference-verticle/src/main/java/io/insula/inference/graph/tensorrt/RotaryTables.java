package io.insula.inference.graph.tensorrt;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.Rope;
import io.insula.inference.graph.RopeLayout;

/**
 * Cosines and sines of every position, taken in float64: angles grow to thousands of turns, which fast functions of GPUs do not
 * bear.
 */
final class RotaryTables {

    private final Rope rope;
    private final int headSize;
    private final int positions;

    RotaryTables(DecoderShape shape, int positions) {
        this.rope = shape.rope();
        this.headSize = shape.headSize();
        this.positions = positions;
    }

    /** {@code [positions, headSize / 2]}, times the rope's magnitude. */
    float[] cosines() {
        float[] table = new float[Math.multiplyExact(positions, headSize / 2)];
        fill(table, headSize / 2, (position, pair) -> Math.cos(angle(position, pair)));
        return table;
    }

    /** Like {@link #cosines}. */
    float[] sines() {
        float[] table = new float[Math.multiplyExact(positions, headSize / 2)];
        fill(table, headSize / 2, (position, pair) -> Math.sin(angle(position, pair)));
        return table;
    }

    /** {@code [positions, headSize]}: the cosine of its pair for every element. */
    float[] wideCosines() {
        float[] table = new float[Math.multiplyExact(positions, headSize)];
        fill(table, headSize, (position, element) -> Math.cos(angle(position, pair(element))));
        return table;
    }

    /** {@code [positions, headSize]}: what the other element of its pair is multiplied with, for every element. */
    float[] wideSines() {
        float[] table = new float[Math.multiplyExact(positions, headSize)];
        fill(table, headSize, (position, element) -> {
            double sine = Math.sin(angle(position, pair(element)));
            return other(element) > element ? -sine : sine;
        });
        return table;
    }

    /** The other element of each element's pair. */
    int[] others() {
        int[] others = new int[headSize];
        for (int element = 0; element < headSize; element++) {
            others[element] = other(element);
        }
        return others;
    }

    private boolean interleaved() {
        return rope.layout() == RopeLayout.INTERLEAVED;
    }

    private int pair(int element) {
        return interleaved() ? element / 2 : element % (headSize / 2);
    }

    private int other(int element) {
        return interleaved() ? element ^ 1 : (element + headSize / 2) % headSize;
    }

    private double angle(int position, int pair) {
        return position * rope.frequency(pair, headSize);
    }

    private interface Entry {
        double at(int position, int column);
    }

    private void fill(float[] table, int width, Entry entry) {
        double magnitude = rope.magnitude();
        for (int position = 0; position < positions; position++) {
            for (int column = 0; column < width; column++) {
                table[position * width + column] = (float) (magnitude * entry.at(position, column));
            }
        }
    }
}
