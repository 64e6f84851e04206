package io.insula.djl.tensorrt.nvinfer;

import ai.djl.ndarray.types.Shape;

/**
 * What an optimization profile allows for one input.
 *
 * @param min the smallest shape
 * @param opt the shape that kernels were chosen for
 * @param max the largest shape
 */
public record ShapeRange(Shape min, Shape opt, Shape max) {

    /** Whether a shape lies within. */
    public boolean allows(Shape shape) {
        if (shape.dimension() != min.dimension()) {
            return false;
        }
        for (int i = 0; i < shape.dimension(); i++) {
            if (shape.get(i) < min.get(i) || shape.get(i) > max.get(i)) {
                return false;
            }
        }
        return true;
    }
}
