package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;

/** Rotation by TensorRT's own layer. */
final class LayerRotation implements Rotation {

    private final Network network;
    private final StepTensors step;
    private final boolean interleaved;
    private final Tensor cosines;
    private final Tensor sines;

    LayerRotation(Network network, Constants constants, StepTensors step, DecoderShape shape, int positions) {
        this.network = network;
        this.step = step;
        this.interleaved = shape.rope().layout() == RopeLayout.INTERLEAVED;
        network.part("rotary tables");
        RotaryTables tables = new RotaryTables(shape, positions);
        long[] size = {positions, shape.headSize() / 2};
        cosines = constants.floats(size, tables.cosines());
        sines = constants.floats(size, tables.sines());
    }

    @Override
    public Tensor rotate(Tensor heads) {
        return network.rotary(heads, cosines, sines, interleaved, step.positions());
    }
}
