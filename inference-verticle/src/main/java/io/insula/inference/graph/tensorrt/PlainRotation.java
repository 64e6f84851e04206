package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderShape;

/** Rotation as a sum of two products: {@code x * cosines + others(x) * sines}, of which the second are signed. */
final class PlainRotation implements Rotation {

    private final Network network;
    private final Tensor cosines;
    private final Tensor sines;
    private final Tensor others;

    PlainRotation(Network network, Constants constants, StepTensors step, DecoderShape shape, int positions) {
        this.network = network;
        network.part("rotary tables");
        RotaryTables tables = new RotaryTables(shape, positions);
        long[] size = {positions, shape.headSize()};
        cosines = ofStep(step, constants.floats(size, tables.wideCosines()), shape.headSize());
        sines = ofStep(step, constants.floats(size, tables.wideSines()), shape.headSize());
        others = constants.integers(new long[] {shape.headSize()}, tables.others());
    }

    /** {@code [B, 1, S, headSize]}. */
    private Tensor ofStep(StepTensors step, Tensor table, int headSize) {
        return network.reshape(network.gather(table, step.positions(), 0), 0, 1, -1, headSize);
    }

    @Override
    public Tensor rotate(Tensor heads) {
        Tensor turned = network.elementwise(Elementwise.PRODUCT, network.gather(heads, others, 3), sines);
        return network.elementwise(Elementwise.SUM, network.elementwise(Elementwise.PRODUCT, heads, cosines), turned);
    }
}
