package io.insula.djl.tensorrt.plan;

import ai.djl.ndarray.types.Shape;

/**
 * The shapes that an optimization profile shall allow for one input.
 *
 * @param min the smallest shape, dimensions from 0
 * @param opt the shape that kernels are chosen for
 * @param max the largest shape
 */
public record InputRange(Shape min, Shape opt, Shape max) {
    public InputRange {
        if (min.dimension() != opt.dimension() || opt.dimension() != max.dimension()) {
            throw new IllegalArgumentException(
                    min + ", " + opt + ", " + max + " (expected: as many dimensions in min, opt and max)");
        }
        for (int i = 0; i < min.dimension(); i++) {
            if (min.get(i) < 0 || min.get(i) > opt.get(i) || opt.get(i) > max.get(i)) {
                throw new IllegalArgumentException(
                        min + ", " + opt + ", " + max + " (expected: 0 <= min <= opt <= max in dimension " + i + ")");
            }
        }
    }
}
