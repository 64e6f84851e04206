package io.insula.inference.engine.oracle;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The keys and values of one sequence, layer by layer. */
final class OracleSlot {

    private final List<List<double[]>> keys;
    private final List<List<double[]>> values;
    private int length;

    OracleSlot(int layers) {
        keys = empty(layers);
        values = empty(layers);
    }

    private OracleSlot(List<List<double[]>> keys, List<List<double[]>> values, int length) {
        this.keys = keys;
        this.values = values;
        this.length = length;
    }

    /** A sequence of its own with the same tokens. */
    OracleSlot copy() {
        return new OracleSlot(part(keys, 0, length), part(values, 0, length), length);
    }

    /** The keys and values of the tokens {@code [from, to)}. */
    OracleBlock save(int from, int to, long tokenBytes) {
        return new OracleBlock(from, to, (to - from) * tokenBytes, part(keys, from, to), part(values, from, to));
    }

    void load(OracleBlock block) {
        for (int layer = 0; layer < keys.size(); layer++) {
            keys.get(layer).addAll(block.keys().get(layer));
            values.get(layer).addAll(block.values().get(layer));
        }
        length = block.to();
    }

    private static List<List<double[]>> part(List<List<double[]>> layers, int from, int to) {
        return layers.stream()
                .<List<double[]>>map(layer -> new ArrayList<>(layer.subList(from, to)))
                .toList();
    }

    private static List<List<double[]>> empty(int layers) {
        return IntStream.range(0, layers)
                .<List<double[]>>mapToObj(layer -> new ArrayList<>())
                .toList();
    }

    /** Tokens whose keys and values every layer holds; the position of the token that is being computed. */
    int length() {
        return length;
    }

    void append(int layer, double[] key, double[] value) {
        keys.get(layer).add(key);
        values.get(layer).add(value);
    }

    void completeToken() {
        length++;
    }

    double[] key(int layer, int position) {
        return keys.get(layer).get(position);
    }

    double[] value(int layer, int position) {
        return values.get(layer).get(position);
    }
}
