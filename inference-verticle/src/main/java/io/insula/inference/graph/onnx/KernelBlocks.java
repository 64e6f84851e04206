package io.insula.inference.graph.onnx;

import io.insula.inference.weights.TensorType;

/**
 * How the runtime's n-bit matrix product holds a quantised type without loss: its whole numbers, moved into the kernel's range.
 *
 * <p>The kernel knows an element as {@code scale * (stored - zero)}. A type with minima is moved by its {@code centre}, and
 * what a block then lacks, {@code minimum + centre * scale} for each of its elements, is added beside the kernel.
 *
 * @param bits of a stored number
 * @param size elements of a block
 * @param zero the stored number that means nothing
 * @param centre whole number of the type that is stored as {@code zero}
 * @param offsets whether blocks lack something that is added beside the kernel
 */
record KernelBlocks(int bits, int size, int zero, int centre, boolean offsets) {

    static KernelBlocks of(TensorType type) {
        int bits = type.most() - type.least() < 16 ? 4 : 8;
        int centre = type.minima() ? (type.least() + type.most() + 1) / 2 : 0;
        return new KernelBlocks(bits, type.groupSize(), 1 << (bits - 1), centre, type.minima());
    }

    /** Bytes of the stored numbers of a block. */
    int bytes() {
        return size * bits / Byte.SIZE;
    }

    /** The stored form of a whole number of the type. */
    int stored(int quant) {
        return quant - centre + zero;
    }
}
