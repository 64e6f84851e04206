package io.insula.djl.tensorrt.gpu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code y = relu(x · weights + bias)}, with the number of rows open.
 *
 * <p><b>Shape</b>: x {@code [rows, inner]}, weights {@code [inner, outer]}, bias {@code [outer]}.
 */
final class DenseModel {
    private final Numbers type;
    private final int inner;
    private final int outer;
    private final float[] weights;
    private final float[] bias;

    DenseModel(Numbers type, int inner, int outer, float[] weights, float[] bias) {
        this.type = type;
        this.inner = inner;
        this.outer = outer;
        this.weights = weights;
        this.bias = bias;
    }

    int inner() {
        return inner;
    }

    int outer() {
        return outer;
    }

    float[] weights() {
        return weights;
    }

    float[] bias() {
        return bias;
    }

    static DenseModel random(Numbers type, int inner, int outer, long seed) {
        return new DenseModel(type, inner, outer, type.random(inner * outer, seed), type.random(outer, seed + 1));
    }

    Path write(Path file) throws IOException {
        return write(file, "rows");
    }

    /** With a fixed number of rows. */
    Path write(Path file, int rows) throws IOException {
        return write(file, (Object) rows);
    }

    private Path write(Path file, Object rows) throws IOException {
        return new OnnxFile()
                .input("x", type, rows, inner)
                .weights("weights", type, weights, inner, outer)
                .weights("bias", type, bias, outer)
                .node("MatMul", List.of("x", "weights"), "product")
                .node("Add", List.of("product", "bias"), "sum")
                .node("Relu", List.of("sum"), "y")
                .output("y", type, rows, outer)
                .write(file);
    }

    Exact expect(float[] x) {
        int rows = x.length / inner;
        double[] values = new double[rows * outer];
        double[] magnitudes = new double[rows * outer];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < outer; column++) {
                double sum = bias[column];
                double magnitude = Math.abs(bias[column]);
                for (int k = 0; k < inner; k++) {
                    double product = (double) x[row * inner + k] * weights[k * outer + column];
                    sum += product;
                    magnitude += Math.abs(product);
                }
                values[row * outer + column] = Math.max(0, sum);
                magnitudes[row * outer + column] = magnitude;
            }
        }
        return new Exact(values, magnitudes, inner + 1, 1);
    }
}
