package io.insula.djl.tensorrt.gpu;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A small convolutional net: two 3 by 3 convolutions with a pooling between, the mean over the image, and a product.
 *
 * <p><b>Shape</b>: x {@code [images, 3, 16, 16]}, y {@code [images, 10]}.
 *
 * <p>Weights: first {@code [16, 3, 3, 3]}, second {@code [32, 16, 3, 3]}, last {@code [32, 10]}.
 */
final class ConvolutionModel {

    static final int SIDE = 16;
    static final int IN = 3;
    static final int OUT = 10;

    private static final int MIDDLE = 16;
    private static final int WIDE = 32;
    private static final int KERNEL = 3;
    private static final Numbers TYPE = Numbers.FLOAT;

    private final float[] first;
    private final float[] firstBias;
    private final float[] second;
    private final float[] secondBias;
    private final float[] last;

    ConvolutionModel(float[] first, float[] firstBias, float[] second, float[] secondBias, float[] last) {
        this.first = first;
        this.firstBias = firstBias;
        this.second = second;
        this.secondBias = secondBias;
        this.last = last;
    }

    float[] first() {
        return first;
    }

    float[] firstBias() {
        return firstBias;
    }

    float[] second() {
        return second;
    }

    float[] secondBias() {
        return secondBias;
    }

    float[] last() {
        return last;
    }

    static ConvolutionModel random(long seed) {
        return new ConvolutionModel(
                TYPE.random(MIDDLE * IN * KERNEL * KERNEL, seed),
                TYPE.random(MIDDLE, seed + 1),
                TYPE.random(WIDE * MIDDLE * KERNEL * KERNEL, seed + 2),
                TYPE.random(WIDE, seed + 3),
                TYPE.random(WIDE * OUT, seed + 4));
    }

    Path write(Path file, int images) throws IOException {
        long[] padding = {1, 1, 1, 1};
        return new OnnxFile()
                .input("x", TYPE, images, IN, SIDE, SIDE)
                .weights("first", TYPE, first, MIDDLE, IN, KERNEL, KERNEL)
                .weights("firstBias", TYPE, firstBias, MIDDLE)
                .weights("second", TYPE, second, WIDE, MIDDLE, KERNEL, KERNEL)
                .weights("secondBias", TYPE, secondBias, WIDE)
                .weights("last", TYPE, last, WIDE, OUT)
                .node("Conv", List.of("x", "first", "firstBias"), "a", Map.of("pads", padding))
                .node("Relu", List.of("a"), "b")
                .node("MaxPool", List.of("b"), "c", Map.of("kernel_shape", new long[] {2, 2}, "strides", new long[] {
                    2, 2
                }))
                .node("Conv", List.of("c", "second", "secondBias"), "d", Map.of("pads", padding, "strides", new long[] {
                    2, 2
                }))
                .node("Relu", List.of("d"), "e")
                .node("GlobalAveragePool", List.of("e"), "f")
                .node("Flatten", List.of("f"), "g")
                .node("MatMul", List.of("g", "last"), "y")
                .output("y", TYPE, images, OUT)
                .write(file);
    }

    Exact expect(float[] x) {
        int pixels = SIDE / 4 * SIDE / 4;
        int terms = IN * KERNEL * KERNEL + 1 + MIDDLE * KERNEL * KERNEL + 1 + pixels + WIDE;
        return new Exact(run(x, false), run(x, true), terms, 3);
    }

    private double[] run(float[] x, boolean positive) {
        int images = x.length / (IN * SIDE * SIDE);
        double[] y = new double[images * OUT];
        for (int image = 0; image < images; image++) {
            double[] pixels = new double[IN * SIDE * SIDE];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = value(x[image * pixels.length + i], positive);
            }
            double[] a = convolve(pixels, IN, SIDE, first, firstBias, MIDDLE, 1, positive);
            double[] c = pool(a, MIDDLE, SIDE);
            double[] e = convolve(c, MIDDLE, SIDE / 2, second, secondBias, WIDE, 2, positive);
            int size = e.length / WIDE;
            for (int channel = 0; channel < WIDE; channel++) {
                double mean = 0;
                for (int i = 0; i < size; i++) {
                    mean += e[channel * size + i] / size;
                }
                for (int column = 0; column < OUT; column++) {
                    y[image * OUT + column] += mean * value(last[channel * OUT + column], positive);
                }
            }
        }
        return y;
    }

    /** Convolves with a border of zeros and cuts below zero. */
    private static double[] convolve(
            double[] in, int channels, int side, float[] weights, float[] bias, int out, int stride, boolean positive) {
        int smaller = side / stride;
        double[] result = new double[out * smaller * smaller];
        for (int k = 0; k < out; k++) {
            for (int row = 0; row < smaller; row++) {
                for (int column = 0; column < smaller; column++) {
                    double sum = value(bias[k], positive);
                    for (int channel = 0; channel < channels; channel++) {
                        for (int dy = 0; dy < KERNEL; dy++) {
                            int y = row * stride + dy - 1;
                            for (int dx = 0; dx < KERNEL; dx++) {
                                int x = column * stride + dx - 1;
                                if (y >= 0 && y < side && x >= 0 && x < side) {
                                    sum += in[(channel * side + y) * side + x]
                                            * value(
                                                    weights[((k * channels + channel) * KERNEL + dy) * KERNEL + dx],
                                                    positive);
                                }
                            }
                        }
                    }
                    result[(k * smaller + row) * smaller + column] = Math.max(0, sum);
                }
            }
        }
        return result;
    }

    private static double[] pool(double[] in, int channels, int side) {
        int smaller = side / 2;
        double[] result = new double[channels * smaller * smaller];
        for (int i = 0; i < result.length; i++) {
            int corner = (i / smaller * 2) * side + i % smaller * 2;
            result[i] =
                    Math.max(Math.max(in[corner], in[corner + 1]), Math.max(in[corner + side], in[corner + side + 1]));
        }
        return result;
    }

    private static double value(float number, boolean positive) {
        return positive ? Math.abs(number) : number;
    }
}
