package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderShape;
import java.util.HashMap;
import java.util.Map;

/**
 * What queries see, as booleans for every window, made once a network.
 *
 * <p>Of the cached positions those below {@code past}, of the new tokens the query's own and those before it; with a window only
 * the most recent, the own included.
 */
final class Visibility {

    private final Network network;
    private final Constants constants;
    private final StepTensors step;
    private final DecoderShape shape;
    private final Tensor cacheNumbers;
    private final Map<Integer, Tensor> cached = new HashMap<>();
    private final Map<Integer, Tensor> fresh = new HashMap<>();

    /**
     * For caches of one length.
     *
     * @param cache any of them
     */
    Visibility(Network network, Constants constants, StepTensors step, DecoderShape shape, Tensor cache) {
        this.network = network;
        this.constants = constants;
        this.step = step;
        this.shape = shape;
        network.part("visibility");
        this.cacheNumbers = network.reshape(network.iota(step.cachePositions(cache)), 1, 1, 1, -1);
    }

    /** Of the cached positions: {@code [B, 1, 1 or grouped, L]}. */
    Tensor cached(int window) {
        return cached.computeIfAbsent(window, wanted -> {
            network.part("visibility");
            Tensor past = network.reshape(step.past(), -1, 1, 1, 1);
            Tensor written = network.elementwise(Elementwise.LESS, cacheNumbers, past);
            if (window == 0) {
                return written;
            }
            Tensor position = network.elementwise(Elementwise.SUM, past, queryTokens());
            return network.elementwise(Elementwise.AND, written, after(cacheNumbers, position, window));
        });
    }

    /** Of the new tokens: {@code [1, 1, grouped, S]}. */
    Tensor fresh(int window) {
        return fresh.computeIfAbsent(window, wanted -> {
            network.part("visibility");
            Tensor numbers = network.reshape(step.numbers(), 1, 1, 1, -1);
            Tensor causal = upTo(numbers, queryTokens());
            return window == 0
                    ? causal
                    : network.elementwise(Elementwise.AND, causal, after(numbers, queryTokens(), window));
        });
    }

    /** {@code [1, 1, grouped, 1]}. */
    private Tensor queryTokens() {
        return network.reshape(step.queryTokens(shape), 1, 1, -1, 1);
    }

    private Tensor upTo(Tensor numbers, Tensor positions) {
        return network.elementwise(
                Elementwise.LESS, numbers, network.elementwise(Elementwise.SUM, positions, constants.scalar(1, 4)));
    }

    private Tensor after(Tensor numbers, Tensor positions, int window) {
        return network.elementwise(
                Elementwise.GREATER,
                numbers,
                network.elementwise(Elementwise.DIFFERENCE, positions, constants.scalar(window, 4)));
    }
}
