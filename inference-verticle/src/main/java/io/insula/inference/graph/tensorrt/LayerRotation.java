package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;

/** Rotation by TensorRT's own layer. */
final class LayerRotation implements Rotation {

    private final Network network;
    private final boolean interleaved;
    private final Tensor cosines;
    private final Tensor sines;
    private final Tensor positions;

    LayerRotation(Network network, Constants constants, StepTensors step, DecoderShape shape, int positions) {
        this.network = network;
        this.interleaved = shape.rope().layout() == RopeLayout.INTERLEAVED;
        network.part("rotary tables");
        // A void row of a step stands behind its slot's tokens, which may fill the slot.
        int rows = positions + 1;
        RotaryTables tables = new RotaryTables(shape, rows);
        long[] size = {rows, shape.headSize() / 2};
        cosines = constants.floats(size, tables.cosines());
        sines = constants.floats(size, tables.sines());
        this.positions = network.cast(step.positions(), ElementType.INT64);
    }

    @Override
    public Tensor rotate(Tensor heads) {
        return network.rotary(heads, cosines, sines, interleaved, positions);
    }
}
