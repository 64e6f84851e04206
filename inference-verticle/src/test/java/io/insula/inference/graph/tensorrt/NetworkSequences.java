package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.graph.DecoderShape;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Runs the network of a decoder over sequences, keeping the caches of each as an engine would.
 *
 * <p>Whatever a cache holds beyond its sequence is garbage, and other garbage in every step.
 */
final class NetworkSequences {

    private static final int SEED = 7;

    private final NetworkRun network;
    private final DecoderShape shape;
    private final NetworkOptions options;
    private final int[] lengths;
    /** For each of a layer's keys and values {@code [slots, kvHeads, positions, headSize]}. */
    private final double[][] caches;

    private final Random random = new Random(SEED);
    private Map<String, HostTensor> outputs = Map.of();

    NetworkSequences(NetworkRun network, DecoderShape shape, NetworkOptions options, int slots) {
        this.network = network;
        this.shape = shape;
        this.options = options;
        this.lengths = new int[slots];
        this.caches = new double[2 * shape.layers()][slots * shape.kvHeads() * options.positions() * shape.headSize()];
    }

    int length(int slot) {
        return lengths[slot];
    }

    /** Appends tokens to one sequence; the logits of each. */
    double[][] prefill(int slot, int[] tokens, int bucket) {
        int[] wanted = new int[tokens.length];
        Arrays.setAll(wanted, i -> i);
        double[][] logits = step(slot, new int[][] {tokens}, wanted, bucket);
        lengths[slot] += tokens.length;
        return logits;
    }

    /** Appends one token to each of the first sequences; the logits of each. */
    double[][] decode(int[] tokens, int bucket) {
        int[][] rows =
                Arrays.stream(tokens).mapToObj(token -> new int[] {token}).toArray(int[][]::new);
        int[] wanted = new int[tokens.length];
        Arrays.setAll(wanted, i -> i);
        double[][] logits = step(0, rows, wanted, bucket);
        for (int row = 0; row < tokens.length; row++) {
            lengths[row]++;
        }
        return logits;
    }

    /** The last step's outputs. */
    HostTensor output(String name) {
        return tensor(outputs, name);
    }

    private static HostTensor tensor(Map<String, HostTensor> tensors, String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private double[][] step(int firstSlot, int[][] tokens, int[] wanted, int bucket) {
        int rows = tokens.length;
        int count = tokens[0].length;
        int[] past = Arrays.copyOfRange(lengths, firstSlot, firstSlot + rows);
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put(
                DecoderNetwork.TOKENS,
                HostTensor.ofInts(
                        new long[] {rows, count},
                        Arrays.stream(tokens).flatMapToInt(Arrays::stream).toArray()));
        inputs.put(DecoderNetwork.PAST, HostTensor.ofInts(new long[] {rows}, past));
        inputs.put(DecoderNetwork.WANTED, HostTensor.ofInts(new long[] {wanted.length}, wanted));
        for (int layer = 0; layer < shape.layers(); layer++) {
            inputs.put(DecoderNetwork.key(layer), cache(2 * layer, firstSlot, past, bucket));
            inputs.put(DecoderNetwork.value(layer), cache(2 * layer + 1, firstSlot, past, bucket));
        }
        outputs = network.run(inputs);
        for (int layer = 0; layer < shape.layers(); layer++) {
            if (options.dialect() == Dialect.PORTABLE) {
                append(2 * layer, firstSlot, past, tensor(outputs, DecoderNetwork.newKey(layer)), 0, count);
                append(2 * layer + 1, firstSlot, past, tensor(outputs, DecoderNetwork.newValue(layer)), 0, count);
            } else {
                append(2 * layer, firstSlot, past, tensor(outputs, DecoderNetwork.presentKey(layer)), 1, count);
                append(2 * layer + 1, firstSlot, past, tensor(outputs, DecoderNetwork.presentValue(layer)), 1, count);
            }
        }
        HostTensor logits = tensor(outputs, DecoderNetwork.LOGITS);
        double[][] taken = new double[wanted.length][shape.vocabulary()];
        for (int i = 0; i < wanted.length; i++) {
            int at = i * shape.vocabulary();
            Arrays.setAll(taken[i], token -> logits.get(at + token));
        }
        return taken;
    }

    private HostTensor cache(int block, int firstSlot, int[] past, int bucket) {
        HostTensor view = HostTensor.of(options.type(), past.length, shape.kvHeads(), bucket, shape.headSize());
        for (int i = 0; i < HostTensor.elements(view.shape()); i++) {
            int element = i % shape.headSize();
            int position = i / shape.headSize() % bucket;
            int head = i / shape.headSize() / bucket % shape.kvHeads();
            int row = i / shape.headSize() / bucket / shape.kvHeads();
            view.set(
                    i,
                    position < past[row]
                            ? caches[block][at(firstSlot + row, head, position) + element]
                            : garbage(block % 2 == 0));
        }
        return view;
    }

    /** Values are any finite number, keys may be none. */
    private double garbage(boolean key) {
        return switch (random.nextInt(key ? 4 : 2)) {
            case 0 -> random.nextGaussian();
            case 1 -> (options.type() == ElementType.FLOAT16 ? 6e4 : 1e38) * (random.nextBoolean() ? 1 : -1);
            case 2 -> Double.NaN;
            default -> Double.POSITIVE_INFINITY;
        };
    }

    private int at(int slot, int head, int position) {
        return ((slot * shape.kvHeads() + head) * options.positions() + position) * shape.headSize();
    }

    /**
     * Keeps the step's new rows.
     *
     * @param whole 1 where the tensor is the cache, 0 where it has the new rows only
     */
    private void append(int block, int firstSlot, int[] past, HostTensor from, int whole, int count) {
        int stride = Math.toIntExact(from.shape()[2]);
        for (int row = 0; row < past.length; row++) {
            for (int head = 0; head < shape.kvHeads(); head++) {
                for (int s = 0; s < count; s++) {
                    int line = (row * shape.kvHeads() + head) * stride + whole * past[row] + s;
                    for (int i = 0; i < shape.headSize(); i++) {
                        caches[block][at(firstSlot + row, head, past[row] + s) + i] =
                                from.get((long) line * shape.headSize() + i);
                    }
                }
            }
        }
    }
}
