package io.insula.inference.engine.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.weights.ModelTensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The decoder's network as the engine sees it, in plain loops over the fake device's memory: a token at a time, float64 within
 * and float32 in memory. Rubbish that attention would multiply by nothing must be numbers, or it fails.
 */
final class LoopNetwork implements GraphWriter<Integer>, FakePlan.Network {

    /** One token of a run. */
    private record Token(
            FakePlan.Named<MemorySegment> memory, int row, int index, int id, int past, int length, int step) {
        int position() {
            return past + index;
        }
    }

    private interface Operation {
        double[] apply(double[][] computed, Token token);
    }

    private final DecoderShape shape;
    private final int candidates;
    private final boolean inPlace;
    private final List<Operation> operations = new ArrayList<>();

    LoopNetwork(DecoderDescription decoder, int candidates, boolean inPlace) {
        this.shape = decoder.shape();
        this.candidates = candidates;
        this.inPlace = inPlace;
        decoder.write(this);
    }

    @Override
    public void run(FakePlan.Named<MemorySegment> memory, FakePlan.Named<Shape> shapes) {
        Shape tokens = shapes.get("tokens");
        int rows = (int) tokens.get(0);
        int step = (int) tokens.get(1);
        int length = shape.layers() == 0 ? 0 : (int) shapes.get("key_0").get(2);
        double[][] logits = new double[rows * step][];
        for (int row = 0; row < rows; row++) {
            int past = shape.layers() == 0 ? 0 : number(memory.get("past"), row);
            for (int i = 0; i < step; i++) {
                int id = number(memory.get("tokens"), row * step + i);
                Token token = new Token(memory, row, i, id, past, length, step);
                double[][] computed = new double[operations.size()][];
                for (int operation = 0; operation < computed.length; operation++) {
                    computed[operation] = operations.get(operation).apply(computed, token);
                }
                logits[row * step + i] = computed[computed.length - 1];
            }
        }
        for (int i = 0; i < shapes.get("wanted").get(0); i++) {
            tell(memory, i, logits[number(memory.get("wanted"), i)]);
        }
    }

    private void tell(FakePlan.Named<MemorySegment> memory, int at, double[] logits) {
        double sum = 0;
        for (int i = 0; i < logits.length; i++) {
            memory.get("logits").setAtIndex(ValueLayout.JAVA_FLOAT, (long) at * logits.length + i, (float) logits[i]);
            sum += Math.exp(logits[i]);
        }
        memory.get("log_sum").setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) Math.log(sum));
        double depth = Arrays.stream(logits).max().orElseThrow()
                - Arrays.stream(logits).min().orElseThrow();
        memory.get("depth").setAtIndex(ValueLayout.JAVA_FLOAT, at, (float) depth);
        int[] best = IntStream.range(0, logits.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -logits[i]))
                .limit(candidates)
                .mapToInt(Integer::intValue)
                .toArray();
        for (int i = 0; i < candidates; i++) {
            long to = (long) at * candidates + i;
            memory.get("top_ids").setAtIndex(ValueLayout.JAVA_INT, to, best[i]);
            memory.get("top_values").setAtIndex(ValueLayout.JAVA_FLOAT, to, (float) logits[best[i]]);
        }
    }

    private static int number(MemorySegment memory, int index) {
        return memory.getAtIndex(ValueLayout.JAVA_INT, index);
    }

    @Override
    public Integer embedding(ModelTensor table) {
        double[][] rows = rows(table);
        return operation((computed, token) -> rows[token.id()]);
    }

    @Override
    public Integer rmsNorm(Integer x, ModelTensor gain) {
        double[] g = rows(gain)[0];
        return operation((computed, token) -> {
            double[] out = computed[x].clone();
            normalise(out, 0, g);
            return out;
        });
    }

    private void normalise(double[] x, int from, double[] gain) {
        double squares = 0;
        for (int i = 0; i < gain.length; i++) {
            squares += x[from + i] * x[from + i];
        }
        double scale = 1 / Math.sqrt(squares / gain.length + shape.rmsEpsilon());
        for (int i = 0; i < gain.length; i++) {
            x[from + i] *= scale * gain[i];
        }
    }

    @Override
    public Integer linear(Integer x, List<ModelTensor> weights, List<ModelTensor> biases) {
        List<double[]> rows =
                weights.stream().flatMap(weight -> Arrays.stream(rows(weight))).toList();
        double[] bias = biases.stream()
                .flatMapToDouble(vector -> Arrays.stream(rows(vector)[0]))
                .toArray();
        return operation((computed, token) -> {
            double[] out = new double[rows.size()];
            for (int row = 0; row < out.length; row++) {
                double sum = bias.length == 0 ? 0 : bias[row];
                double[] weight = rows.get(row);
                for (int i = 0; i < weight.length; i++) {
                    sum += weight[i] * computed[x][i];
                }
                out[row] = sum;
            }
            return out;
        });
    }

    @Override
    public Integer attention(Integer queryKeyValue, AttentionLayer layer) {
        int size = shape.headSize();
        ModelTensor queryGain = layer.queryGain();
        ModelTensor keyGain = layer.keyGain();
        double[] queryGains = queryGain == null ? new double[0] : rows(queryGain)[0];
        double[] keyGains = keyGain == null ? new double[0] : rows(keyGain)[0];
        return operation((computed, token) -> {
            double[] in = computed[queryKeyValue].clone();
            for (int head = 0; head < shape.heads() + shape.kvHeads(); head++) {
                normalise(in, head * size, head < shape.heads() ? queryGains : keyGains);
                if (layer.rotary()) {
                    rotate(in, head * size, token.position());
                }
            }
            Sequence keys = new Sequence(token, layer.index(), "key_");
            Sequence values = new Sequence(token, layer.index(), "value_");
            double[] out = new double[shape.queryWidth()];
            for (int head = 0; head < shape.kvHeads(); head++) {
                keys.put(head, in, shape.queryWidth() + head * size);
                values.put(head, in, shape.queryWidth() + shape.keyWidth() + head * size);
            }
            for (int head = 0; head < shape.heads(); head++) {
                attend(in, head, keys, values, layer.window(), token.position(), out);
            }
            return out;
        });
    }

    private void attend(double[] in, int head, Sequence keys, Sequence values, int window, int position, double[] out) {
        int size = shape.headSize();
        int kvHead = head / (shape.heads() / shape.kvHeads());
        int oldest = window == 0 ? 0 : Math.max(0, position - window + 1);
        double[] weights = new double[position + 1];
        double sum = 0;
        for (int p = oldest; p <= position; p++) {
            double product = 0;
            for (int i = 0; i < size; i++) {
                product += in[head * size + i] * keys.get(kvHead, p, i);
            }
            weights[p] = Math.exp(product / Math.sqrt(size));
            sum += weights[p];
        }
        for (int p = oldest; p <= position; p++) {
            for (int i = 0; i < size; i++) {
                out[head * size + i] += weights[p] / sum * values.get(kvHead, p, i);
            }
        }
        values.requireNumbers(kvHead);
    }

    private void rotate(double[] x, int from, int position) {
        int size = shape.headSize();
        boolean interleaved = shape.rope().layout() == RopeLayout.INTERLEAVED;
        for (int pair = 0; pair < size / 2; pair++) {
            double angle = position * shape.rope().frequency(pair, size);
            int first = from + (interleaved ? 2 * pair : pair);
            int second = interleaved ? first + 1 : first + size / 2;
            double a = x[first];
            double b = x[second];
            x[first] = shape.rope().magnitude() * (a * Math.cos(angle) - b * Math.sin(angle));
            x[second] = shape.rope().magnitude() * (a * Math.sin(angle) + b * Math.cos(angle));
        }
    }

    /** Keys or values of one row and layer: those in the cache, then those of this step. */
    private final class Sequence {

        private final Token token;
        private final MemorySegment cached;
        private final MemorySegment added;

        private Sequence(Token token, int layer, String name) {
            this.token = token;
            this.cached = token.memory().get(name + layer);
            this.added = inPlace ? cached : token.memory().get("new_" + name + layer);
        }

        private long at(int head, int position) {
            long heads = (long) token.row() * shape.kvHeads() + head;
            long row = inPlace || position < token.past()
                    ? heads * token.length() + position
                    : heads * token.step() + position - token.past();
            return row * shape.headSize();
        }

        void put(int head, double[] in, int from) {
            if (inPlace && token.position() >= token.length()) {
                return; // What lies outside is not written.
            }
            for (int i = 0; i < shape.headSize(); i++) {
                added.setAtIndex(ValueLayout.JAVA_FLOAT, at(head, token.position()) + i, (float) in[from + i]);
            }
        }

        double get(int head, int position, int element) {
            if (inPlace && position >= token.length()) {
                return 0;
            }
            return (position < token.past() ? cached : added)
                    .getAtIndex(ValueLayout.JAVA_FLOAT, at(head, position) + element);
        }

        /** Of the rubbish behind what is cached, which a device multiplies by nothing. */
        void requireNumbers(int head) {
            if (token.past() == 0) {
                return; // It may be a void row, which is nobody's.
            }
            long from = ((long) token.row() * shape.kvHeads() + head) * token.length() * shape.headSize();
            for (long i = token.past() * (long) shape.headSize(); i < (long) token.length() * shape.headSize(); i++) {
                if (!Float.isFinite(cached.getAtIndex(ValueLayout.JAVA_FLOAT, from + i))) {
                    throw new AssertionError("rubbish behind row " + token.row() + " that is no number");
                }
            }
        }
    }

    @Override
    public Integer gatedSilu(Integer gateAndUp) {
        return operation((computed, token) -> {
            double[] in = computed[gateAndUp];
            double[] out = new double[in.length / 2];
            Arrays.setAll(out, i -> in[i] / (1 + Math.exp(-in[i])) * in[out.length + i]);
            return out;
        });
    }

    @Override
    public Integer add(Integer a, Integer b) {
        return operation((computed, token) -> {
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
}
