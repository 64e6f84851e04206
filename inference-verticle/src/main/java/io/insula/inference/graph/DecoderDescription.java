package io.insula.inference.graph;

import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;

/** What a decoder computes, independent of the runtime that computes it. */
public interface DecoderDescription {

    DecoderShape shape();

    /** Where the tensors come from that it names. */
    Weights weights();

    /** Describes the whole decoder to a writer, once. */
    <V> void write(GraphWriter<V> writer);

    /**
     * Describes the model of a checkpoint, whose weights stay where its files are mapped.
     *
     * @throws ModelFileException for an architecture that is unknown, for a tensor that is missing or of an unexpected shape,
     *     and for one that the architecture has no use for: leaving it out would silently compute another model
     */
    static DecoderDescription of(Checkpoint checkpoint) {
        Architecture architecture = Architecture.of(checkpoint);
        DecoderShape shape = architecture.shape(checkpoint);
        UsedTensors used = new UsedTensors(checkpoint);
        architecture.describe(shape, used).write(new TensorWalk(tensor -> {}));
        used.requireAll();
        return architecture.describe(shape, checkpoint::find);
    }
}
