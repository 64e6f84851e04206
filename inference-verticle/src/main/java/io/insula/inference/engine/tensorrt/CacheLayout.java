package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.RowBlocks;
import io.insula.inference.graph.DecoderShape;

/**
 * Where keys and values lie on the device, for any length that the cache is laid out for.
 *
 * <p><b>Shape:</b> block {@code 2 * layer} holds keys, {@code 2 * layer + 1} values, each {@code [slots, kvHeads, length,
 * headSize]} without gaps. So the first slots of a block are one dense tensor, and each slot is one by itself.
 *
 * <p><b>Units:</b> bytes, unless a name says tokens.
 *
 * @param layers of the decoder, 0 or more
 * @param slots sequences at once
 * @param kvHeads heads of keys and of values
 * @param rowBytes one head's key or value of one token
 * @param buckets the lengths
 */
record CacheLayout(int layers, int slots, int kvHeads, int rowBytes, LengthBuckets buckets) {

    /** What TensorRT wants of every address that it is given. */
    static final int ALIGNMENT = 256;

    /**
     * The layout of a decoder.
     *
     * @param leastBucket the shortest length, in tokens
     * @param slotTokens the longest length, in tokens; rounded up where addresses need it
     */
    static CacheLayout of(DecoderShape decoder, int elementBytes, int slots, int leastBucket, int slotTokens) {
        int rowBytes = decoder.headSize() * elementBytes;
        int multiple = rowsToAlign((long) decoder.kvHeads() * rowBytes);
        LengthBuckets buckets = LengthBuckets.of(Math.min(leastBucket, slotTokens), slotTokens, multiple);
        return new CacheLayout(decoder.layers(), slots, decoder.kvHeads(), rowBytes, buckets);
    }

    /** The same with one length alone. */
    CacheLayout withFixedLength(int tokens) {
        return new CacheLayout(layers, slots, kvHeads, rowBytes, LengthBuckets.of(tokens, tokens, 1));
    }

    int blocks() {
        return 2 * layers;
    }

    /** Keys and values of one token in all layers. */
    long tokenBytes() {
        return (long) blocks() * kvHeads * rowBytes;
    }

    /** The whole cache when it is laid out for that length. */
    long bytes(int length) {
        return slots * (long) length * tokenBytes();
    }

    /** One slot's part of a block. */
    long slotBytes(int length) {
        return (long) kvHeads * length * rowBytes;
    }

    /** Where a slot begins in a block. */
    long offset(int block, int slot, int length) {
        return (block * (long) slots + slot) * slotBytes(length);
    }

    /** A slot's heads in all blocks from one token on, for a cache at {@code base}. */
    RowBlocks heads(long base, int slot, int token, int length) {
        return new RowBlocks(
                base + offset(0, slot, length) + (long) token * rowBytes,
                (long) length * rowBytes,
                (long) slots * kvHeads);
    }

    /** The new keys and values of a step: {@code [blocks][rows][kvHeads][tokens]}, each block at an aligned address. */
    RowBlocks stepRows(long base, int rows, int tokens) {
        long pitch = (long) tokens * rowBytes;
        int multiple = rowsToAlign(pitch);
        return new RowBlocks(base, pitch, Math.ceilDiv(rows * kvHeads, multiple) * (long) multiple);
    }

    /** The same for one row of the step. */
    RowBlocks stepRow(long base, int rows, int tokens, int row) {
        RowBlocks all = stepRows(base, rows, tokens);
        return new RowBlocks(all.row(0, (long) row * kvHeads), all.pitch(), all.blockRows());
    }

    long stepBytes(int rows, int tokens) {
        RowBlocks all = stepRows(0, rows, tokens);
        return blocks() * all.blockRows() * all.pitch();
    }

    /** Some tokens of one slot without gaps: {@code [blocks][kvHeads][tokens]}. */
    RowBlocks piece(long base, int tokens) {
        return new RowBlocks(base, (long) tokens * rowBytes, kvHeads);
    }

    /** How many rows reach from one aligned address to another. */
    private static int rowsToAlign(long pitch) {
        return (int) (ALIGNMENT / Math.min(ALIGNMENT, Long.lowestOneBit(pitch)));
    }
}
