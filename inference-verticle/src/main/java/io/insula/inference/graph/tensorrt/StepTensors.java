package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderShape;
import java.util.HashMap;
import java.util.Map;

/**
 * What all layers of one network share: the step's inputs, and what follows from them alone.
 *
 * <p>Queries that share a key head stand below each other: {@code grouped} is their number times the tokens of a row, head by
 * head, so that a product with the keys needs no key twice.
 */
final class StepTensors {

    private static final String ROWS = "rows";

    private final Network network;
    private final Constants constants;
    private final Tensor past;
    private final Tensor tokens;
    private final Tensor leading;
    private final Tensor numbers;
    private final Tensor positions;
    private final Map<Integer, Tensor> grouped = new HashMap<>();
    private final Map<String, Tensor> sizes = new HashMap<>();

    StepTensors(Network network, Constants constants) {
        this.network = network;
        this.constants = constants;
        network.part("step");
        tokens = network.input(DecoderNetwork.TOKENS, ElementType.INT32, -1, -1);
        past = network.input(DecoderNetwork.PAST, ElementType.INT32, -1);
        network.dimension(tokens, 0, ROWS);
        network.dimension(past, 0, ROWS);
        leading = network.shapeOf(tokens);
        numbers = network.iota(length(leading, 1));
        positions = network.elementwise(Elementwise.SUM, network.reshape(past, -1, 1), network.reshape(numbers, 1, -1));
    }

    /** {@code [B, S]} int32. */
    Tensor tokens() {
        return tokens;
    }

    /** {@code [B]} int32. */
    Tensor past() {
        return past;
    }

    /** {@code [S]} int32: 0, 1, 2 and so on. */
    Tensor numbers() {
        return numbers;
    }

    /** {@code [B, S]} int32. */
    Tensor positions() {
        return positions;
    }

    /** {@code [grouped]} int32: which of its row's new tokens a query belongs to. */
    Tensor queryTokens(DecoderShape shape) {
        return grouped.computeIfAbsent(shape.heads() / shape.kvHeads(), group -> {
            Tensor zeros = constants.integers(new long[] {group, 1}, new int[group]);
            return network.reshape(network.elementwise(Elementwise.SUM, network.reshape(numbers, 1, -1), zeros), -1);
        });
    }

    /**
     * A cache of one layer's keys or values, whose rows are the step's.
     *
     * @param capacity -1 where it is open; then it is the same for all caches
     */
    Tensor cache(String name, ElementType type, DecoderShape shape, int capacity) {
        Tensor cache = network.input(name, type, -1, shape.kvHeads(), capacity, shape.headSize());
        network.dimension(cache, 0, ROWS);
        if (capacity < 0) {
            network.dimension(cache, 2, "positions");
        }
        return cache;
    }

    /** How many positions a cache holds, one element. */
    Tensor cachePositions(Tensor cache) {
        return length(network.shapeOf(cache), 2);
    }

    private Tensor length(Tensor shape, int dimension) {
        return network.slice(shape, new long[] {dimension}, constants.lengths(1));
    }

    /** The part of {@code [B, S, width]} from an element on. */
    Tensor part(Tensor x, int from, int width) {
        Tensor size =
                sizes.computeIfAbsent("part " + width, wanted -> network.concat(0, leading, constants.lengths(width)));
        return network.slice(x, new long[] {0, 0, from}, size);
    }

    /** Some of the heads of {@code [B, heads, S, size]}. */
    Tensor heads(Tensor x, int from, int heads, int width) {
        Tensor size = sizes.computeIfAbsent(
                "heads " + heads,
                wanted -> network.concat(
                        0, length(leading, 0), constants.lengths(heads), length(leading, 1), constants.lengths(width)));
        return network.slice(x, new long[] {0, from, 0, 0}, size);
    }
}
