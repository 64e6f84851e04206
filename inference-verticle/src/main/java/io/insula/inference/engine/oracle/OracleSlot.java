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
