package io.insula.inference.graph.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.plan.InputRange;
import io.insula.inference.graph.DecoderShape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How large the steps of a plan may be: two optimization profiles, the first to decode, one token for each of many rows, the
 * second to prefill, many tokens of one row.
 *
 * @param rows the most rows of a decode step, at least 1
 * @param chunk the most tokens of a prefill step, at least 1
 * @param scored the most tokens of a prefill step whose logits are wanted, 1..{@code chunk}
 * @param leastLength the shortest length of the caches, at least 1
 * @param mostLength the longest length of the caches
 */
public record StepLimits(int rows, int chunk, int scored, int leastLength, int mostLength) {

    /** What a tensor of TensorRT may hold: its kernels count elements in 31 bits. */
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE;
    /** The length of caches that kernels are chosen for, where the range allows it. */
    private static final int COMMON_LENGTH = 1024;

    public StepLimits {
        check("rows", rows, rows >= 1, ">= 1");
        check("chunk", chunk, chunk >= 1, ">= 1");
        check("scored", scored, scored >= 1 && scored <= chunk, "1.." + chunk);
        check("leastLength", leastLength, leastLength >= 1, ">= 1");
        check("mostLength", mostLength, mostLength >= leastLength, ">= " + leastLength);
    }

    /**
     * The same with as many rows, and as long chunks, as TensorRT's tensors hold: caches and scores grow with rows, chunk and
     * length, and a plan with larger ones would be refused after it was written.
     *
     * @throws IllegalArgumentException where not even one row fits
     */
    public StepLimits within(DecoderShape shape) {
        if (shape.layers() == 0) {
            return this;
        }
        long scores = (long) shape.heads() * mostLength;
        long cache = (long) shape.kvHeads() * shape.headSize() * mostLength;
        long row = Math.max(scores, cache);
        if (row > MOST_ELEMENTS) {
            throw new IllegalArgumentException("mostLength: " + mostLength + " (expected: at most "
                    + MOST_ELEMENTS / (row / mostLength) + " tokens, since a tensor of TensorRT has at most "
                    + MOST_ELEMENTS + " elements)");
        }
        int fewerRows = (int) Math.min(rows, MOST_ELEMENTS / row);
        // Of the new tokens among themselves, and of them with the cache.
        long fresh = (long) Math.sqrt(MOST_ELEMENTS / (double) shape.heads());
        int shorterChunk = (int) Math.min(chunk, Math.min(fresh, MOST_ELEMENTS / scores));
        return new StepLimits(fewerRows, shorterChunk, Math.min(scored, shorterChunk), leastLength, mostLength);
    }

    /** The profiles of a decoder's network. */
    public List<Map<String, InputRange>> profiles(DecoderShape shape) {
        int common = Math.clamp(COMMON_LENGTH, leastLength, mostLength);
        Map<String, InputRange> decode = new HashMap<>(Map.of(
                DecoderNetwork.TOKENS,
                new InputRange(new Shape(1, 1), new Shape(rows, 1), new Shape(rows, 1)),
                DecoderNetwork.PAST,
                upTo(rows),
                DecoderNetwork.WANTED,
                upTo(rows)));
        Map<String, InputRange> prefill = new HashMap<>(Map.of(
                DecoderNetwork.TOKENS,
                new InputRange(new Shape(1, 1), new Shape(1, chunk), new Shape(1, chunk)),
                DecoderNetwork.PAST,
                upTo(1),
                DecoderNetwork.WANTED,
                new InputRange(new Shape(1), new Shape(1), new Shape(scored))));
        for (int layer = 0; layer < shape.layers(); layer++) {
            for (String name : List.of(DecoderNetwork.key(layer), DecoderNetwork.value(layer))) {
                decode.put(
                        name,
                        new InputRange(
                                cache(shape, 1, leastLength),
                                cache(shape, rows, common),
                                cache(shape, rows, mostLength)));
                prefill.put(
                        name,
                        new InputRange(
                                cache(shape, 1, leastLength), cache(shape, 1, common), cache(shape, 1, mostLength)));
            }
        }
        return List.of(decode, prefill);
    }

    private static InputRange upTo(int most) {
        return new InputRange(new Shape(1), new Shape(most), new Shape(most));
    }

    private static Shape cache(DecoderShape shape, int rows, int length) {
        return new Shape(rows, shape.kvHeads(), length, shape.headSize());
    }

    private static void check(String name, int value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
