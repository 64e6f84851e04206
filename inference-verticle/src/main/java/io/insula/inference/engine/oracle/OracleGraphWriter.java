package io.insula.inference.engine.oracle;

import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.ModelTensor;
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
    private final double[] frequencies;
    private final List<Operation> operations = new ArrayList<>();

    OracleGraphWriter(DecoderShape shape, CausalMask mask) {
        this.shape = shape;
        this.mask = mask;
        this.frequencies = new double[shape.headSize() / 2];
        Arrays.setAll(frequencies, pair -> shape.rope().frequency(pair, shape.headSize()));
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
    public Integer embedding(ModelTensor table) {
        double[][] rows = rows(table);
        return operation((computed, slot, token) -> rows[token]);
    }

    @Override
    public Integer rmsNorm(Integer x, ModelTensor gain) {
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
    public Integer linear(Integer x, List<ModelTensor> weights, List<ModelTensor> biases) {
        List<double[]> rows =
                weights.stream().flatMap(weight -> Arrays.stream(rows(weight))).toList();
        double[] bias = biases.isEmpty()
                ? new double[rows.size()]
                : biases.stream()
                        .flatMapToDouble(vector -> Arrays.stream(rows(vector)[0]))
                        .toArray();
        return operation((computed, slot, token) -> {
            double[] in = computed[x];
            double[] out = new double[bias.length];
            Arrays.setAll(out, i -> dot(rows.get(i), 0, in, 0, in.length) + bias[i]);
            return out;
        });
    }

    @Override
    public Integer attention(Integer queryKeyValue, AttentionLayer layer) {
        int queryWidth = shape.queryWidth();
        int keyWidth = shape.keyWidth();
        ModelTensor queryGain = layer.queryGain();
        ModelTensor keyGain = layer.keyGain();
        double[] queryGains = queryGain == null ? new double[0] : rows(queryGain)[0];
        double[] keyGains = keyGain == null ? new double[0] : rows(keyGain)[0];
        return operation((computed, slot, token) -> {
            double[] in = computed[queryKeyValue];
            double[] queries = Arrays.copyOfRange(in, 0, queryWidth);
            double[] keys = Arrays.copyOfRange(in, queryWidth, queryWidth + keyWidth);
            double[] values = Arrays.copyOfRange(in, queryWidth + keyWidth, queryWidth + 2 * keyWidth);
            normalise(queries, queryGains);
            normalise(keys, keyGains);
            if (layer.rotary()) {
                rotate(queries, slot.length());
                rotate(keys, slot.length());
            }
            slot.append(layer.index(), keys, values);
            double[] out = new double[queryWidth];
            for (int head = 0; head < shape.heads(); head++) {
                attend(queries, head, slot, layer, out);
            }
            return out;
        });
    }

    /** Each head for itself, unless there are no gains. */
    private void normalise(double[] heads, double[] gains) {
        int size = gains.length;
        for (int head = 0; size > 0 && head < heads.length; head += size) {
            double scale = 1 / Math.sqrt(dot(heads, head, heads, head, size) / size + shape.rmsEpsilon());
            for (int i = 0; i < size; i++) {
                heads[head + i] *= scale * gains[i];
            }
        }
    }

    private void attend(double[] queries, int head, OracleSlot slot, AttentionLayer layer, double[] out) {
        int size = shape.headSize();
        int from = head * size;
        int kvFrom = head / (shape.heads() / shape.kvHeads()) * size;
        int position = slot.length();
        int oldest = layer.window() == 0 ? 0 : Math.max(0, position - layer.window() + 1);
        double[] weights = new double[position + 1];
        double sum = 0;
        for (int p = oldest; p <= position; p++) {
            if (mask.visible(position, p)) {
                weights[p] = Math.exp(dot(queries, from, slot.key(layer.index(), p), kvFrom, size) / Math.sqrt(size));
                sum += weights[p];
            }
        }
        for (int p = oldest; p <= position; p++) {
            double[] value = slot.value(layer.index(), p);
            for (int i = 0; i < size; i++) {
                out[from + i] += weights[p] / sum * value[kvFrom + i];
            }
        }
    }

    private void rotate(double[] heads, int position) {
        int size = shape.headSize();
        boolean interleaved = shape.rope().layout() == RopeLayout.INTERLEAVED;
        double magnitude = shape.rope().magnitude();
        for (int head = 0; head < heads.length; head += size) {
            for (int pair = 0; pair < size / 2; pair++) {
                double angle = position * frequencies[pair];
                int first = head + (interleaved ? 2 * pair : pair);
                int second = interleaved ? first + 1 : first + size / 2;
                double a = heads[first];
                double b = heads[second];
                heads[first] = magnitude * (a * Math.cos(angle) - b * Math.sin(angle));
                heads[second] = magnitude * (a * Math.sin(angle) + b * Math.cos(angle));
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

    private static double[][] rows(ModelTensor tensor) {
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
