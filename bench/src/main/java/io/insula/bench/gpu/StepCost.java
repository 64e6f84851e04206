package io.insula.bench.gpu;

import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.tensorrt.WeightForm;

/**
 * What a step must move and compute, whoever computes it: the weights once, the keys and values up to each row's length, nothing
 * padded.
 *
 * <p><b>Units:</b> bytes, and floating-point operations of which a multiplication and an addition are two.
 *
 * @param shape of the decoder
 * @param tied whether the embedding is the output matrix, too
 * @param biased whether queries, keys and values have biases
 * @param weights how the matrices of the blocks are kept; all else has {@link #PLAIN_BYTES} an element
 */
record StepCost(DecoderShape shape, boolean tied, boolean biased, WeightForm weights) {

    /** Of bfloat16: plain weights, keys and values, activations. */
    static final int PLAIN_BYTES = 2;

    /** As the plans of a server tell. */
    private static final int CANDIDATES = 64;

    private static final int GAIN_BYTES = 4;
    private static final int INT4_BLOCK = 128;

    /** Elements of all matrices of all blocks. */
    long blockElements() {
        long attention = (long) shape.hidden() * (2L * shape.queryWidth() + 2L * shape.keyWidth());
        return shape.layers() * (attention + 3L * shape.hidden() * shape.feedForward());
    }

    /** Elements of the output matrix, and of the embedding. */
    long tableElements() {
        return (long) shape.vocabulary() * shape.hidden();
    }

    private long gainElements() {
        return (2L * shape.layers() + 1) * shape.hidden();
    }

    private long biasElements() {
        return biased ? shape.layers() * (shape.queryWidth() + 2L * shape.keyWidth()) : 0;
    }

    /** Elements of the whole model. */
    long parameters() {
        return blockElements() + (tied ? 1 : 2) * tableElements() + gainElements() + biasElements();
    }

    /** Outputs of all matrices of all blocks: each has a scale in eight bits. */
    private long blockOutputs() {
        long attention = shape.queryWidth() + 2L * shape.keyWidth() + shape.hidden();
        return shape.layers() * (attention + 2L * shape.feedForward() + shape.hidden());
    }

    /** What every step reads of the weights: all but the embedding, of which it reads a row for each token. */
    long stepWeightBytes() {
        long blocks = switch (weights) {
            case PLAIN -> PLAIN_BYTES * blockElements();
            case FLOAT8 -> blockElements() + PLAIN_BYTES * blockOutputs();
            case INT4 -> blockElements() / 2 + PLAIN_BYTES * (blockElements() / INT4_BLOCK);
        };
        return blocks + PLAIN_BYTES * (tableElements() + biasElements()) + GAIN_BYTES * gainElements();
    }

    /** What the weights take of the device. */
    long weightBytes() {
        return stepWeightBytes() + (tied ? 0 : PLAIN_BYTES * tableElements());
    }

    /** Keys and values of one token in all layers. */
    long tokenBytes() {
        return 2L * PLAIN_BYTES * shape.layers() * shape.keyWidth();
    }

    /** Of a decode step of {@code rows} sequences that hold {@code length} tokens each. */
    double decodeBytes(int rows, double length) {
        return stepWeightBytes() + rows * length * tokenBytes();
    }

    double decodeOperations(int rows, double length) {
        return rows * (2.0 * (blockElements() + tableElements()) + length * attentionOperations());
    }

    /** Of {@code tokens} of one prompt behind {@code past} others, the logits of the last one wanted. */
    double prefillBytes(int past, int tokens) {
        return stepWeightBytes() + (double) (past + tokens) * tokenBytes();
    }

    double prefillOperations(int past, int tokens) {
        double seen = tokens * (past + (tokens + 1) / 2.0);
        return 2.0 * blockElements() * tokens + 2.0 * tableElements() + seen * attentionOperations();
    }

    /** Of one token that sees one token, in all layers: a product of the query and one of the value. */
    private double attentionOperations() {
        return 4.0 * shape.layers() * shape.queryWidth();
    }

    /** The largest logits of a row that go to the host. */
    int candidates() {
        return Math.min(CANDIDATES, shape.vocabulary());
    }

    /** What goes to the host of one row: the largest logits, their tokens, the sum and the depth. */
    long toldBytes() {
        return (2L * candidates() + 2) * Float.BYTES;
    }
}
