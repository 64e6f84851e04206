package io.insula.inference.engine.oracle;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.GgufTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a decoder down as a list of float64 operations on one token, and runs them.
 *
 * <p>A handle is the index of an operation's result.
 */
final class OracleGraphWriter implements GraphWriter<Integer> {

    /** Computes one value of one token from the values before it. */
    private interface Operation {
        double[] apply(double[][] computed, OracleSlot slot, int token);
    }

    private final DecoderShape shape;
    private final CausalMask mask;
    private final List<Operation> operations = new ArrayList<>();

    OracleGraphWriter(DecoderShape shape, CausalMask mask) {
        this.shape = shape;
        this.mask = mask;
    }

    /** Appends a token to a slot; returns the logits that follow it. */
    double[] run(OracleSlot slot, int token) {
        double[][] computed = new double[operations.size()][];
        for (int i = 0; i < computed.length; i++) {
            computed[i] = operations.get(i).apply(computed, slot, token);
        }
        slot.completeToken();
        return computed[computed.length - 1];
    }

    @Override
    public Integer embedding(GgufTensor table) {
        double[][] rows = rows(table);
        return operation((computed, slot, token) -> rows[token]);
    }

    @Override
    public Integer rmsNorm(Integer x, GgufTensor gain) {
        double[] g = rows(gain)[0];
        return operation((computed, slot, token) -> {
            double[] in = computed[x];
            double scale = 1 / Math.sqrt(dot(in, 0, in, 0, in.length) / in.length + shape.rmsEpsilon());
            double[] out = new double[in.length];
            Arrays.setAll(out, i -> in[i] * scale * g[i]);
            return out;
        });
    }

    @Override
    public Integer linear(Integer x, List<GgufTensor> weights) {
        List<double[]> rows =
                weights.stream().flatMap(weight -> Arrays.stream(rows(weight))).toList();
        return operation((computed, slot, token) -> {
            double[] in = computed[x];
            return rows.stream()
                    .mapToDouble(row -> dot(row, 0, in, 0, in.length))
                    .toArray();
        });
    }

    @Override
    public Integer attention(Integer queryKeyValue, int layer) {
        int queryWidth = shape.queryWidth();
        int keyWidth = shape.keyWidth();
        return operation((computed, slot, token) -> {
            double[] in = computed[queryKeyValue];
            double[] queries = Arrays.copyOfRange(in, 0, queryWidth);
            double[] keys = Arrays.copyOfRange(in, queryWidth, queryWidth + keyWidth);
            double[] values = Arrays.copyOfRange(in, queryWidth + keyWidth, queryWidth + 2 * keyWidth);
            rotate(queries, slot.length());
            rotate(keys, slot.length());
            slot.append(layer, keys, values);
            double[] out = new double[queryWidth];
            for (int head = 0; head < shape.heads(); head++) {
                attend(queries, head, slot, layer, out);
            }
            return out;
        });
    }

    private void attend(double[] queries, int head, OracleSlot slot, int layer, double[] out) {
        int size = shape.headSize();
        int from = head * size;
        int kvFrom = head / (shape.heads() / shape.kvHeads()) * size;
        int position = slot.length();
        double[] weights = new double[position + 1];
        double sum = 0;
        for (int p = 0; p <= position; p++) {
            if (mask.visible(position, p)) {
                weights[p] = Math.exp(dot(queries, from, slot.key(layer, p), kvFrom, size) / Math.sqrt(size));
                sum += weights[p];
            }
        }
        for (int p = 0; p <= position; p++) {
            double[] value = slot.value(layer, p);
            for (int i = 0; i < size; i++) {
                out[from + i] += weights[p] / sum * value[kvFrom + i];
            }
        }
    }

    private void rotate(double[] heads, int position) {
        int size = shape.headSize();
        boolean interleaved = shape.ropeLayout() == RopeLayout.INTERLEAVED;
        for (int head = 0; head < heads.length; head += size) {
            for (int pair = 0; pair < size / 2; pair++) {
                double angle = position * Math.pow(shape.ropeTheta(), -2.0 * pair / size);
                int first = head + (interleaved ? 2 * pair : pair);
                int second = interleaved ? first + 1 : first + size / 2;
                double a = heads[first];
                double b = heads[second];
                heads[first] = a * Math.cos(angle) - b * Math.sin(angle);
                heads[second] = a * Math.sin(angle) + b * Math.cos(angle);
            }
        }
    }

    @Override
    public Integer gatedSilu(Integer gateAndUp) {
        return operation((computed, slot, token) -> {
            double[] in = computed[gateAndUp];
            double[] out = new double[in.length / 2];
            Arrays.setAll(out, i -> in[i] / (1 + Math.exp(-in[i])) * in[out.length + i]);
            return out;
        });
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return operation((computed, slot, token) -> {
            double[] out = new double[computed[a].length];
            Arrays.setAll(out, i -> computed[a][i] + computed[b][i]);
            return out;
        });
    }

    @Override
    public Integer select(Integer x) {
        return x;
    }

    @Override
    public void logits(Integer x) {
        if (x != operations.size() - 1) {
            throw new IllegalStateException("logits: not the last value computed");
        }
    }

    private Integer operation(Operation operation) {
        operations.add(operation);
        return operations.size() - 1;
    }

    private static double[][] rows(GgufTensor tensor) {
        double[][] rows = new double[Math.toIntExact(tensor.rows())][];
        float[] row = new float[Math.toIntExact(tensor.columns())];
        for (int r = 0; r < rows.length; r++) {
            tensor.toFloat((long) r * row.length, row);
            double[] wide = new double[row.length];
            Arrays.setAll(wide, i -> row[i]);
            rows[r] = wide;
        }
        return rows;
    }

    private static double dot(double[] a, int aFrom, double[] b, int bFrom, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += a[aFrom + i] * b[bFrom + i];
        }
        return sum;
    }
}
