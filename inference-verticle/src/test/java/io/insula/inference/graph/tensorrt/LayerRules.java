package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.util.Arrays;

/**
 * What TensorRT forbids of single layers beyond types and numbers of dimensions.
 *
 * <p><b>Source:</b> the comments of {@code IShuffleLayer::setReshapeDimensions}, {@code INetworkDefinition::addTopK} and
 * {@code IDequantizeLayer} in NvInfer.h of TensorRT 10.6 and 10.15, the stricter of both.
 */
final class LayerRules {

    private static final int MOST_DIMENSIONS = 8;
    private static final int MOST_LARGEST = 3840;

    private LayerRules() {}

    static void reshape(int rank, long... wanted) {
        String what = "reshape of " + rank + " dimensions to " + Arrays.toString(wanted);
        require(wanted.length <= MOST_DIMENSIONS, what, "at most " + MOST_DIMENSIONS + " dimensions");
        require(Arrays.stream(wanted).filter(size -> size == -1).count() <= 1, what, "at most one -1");
        for (int i = 0; i < wanted.length; i++) {
            require(wanted[i] >= -1, what, "no other negative size");
            require(wanted[i] != 0 || i < rank, what, "0 where there is a dimension to take");
        }
    }

    static void largest(int count) {
        require(count >= 1 && count <= MOST_LARGEST, "largest: " + count, "1.." + MOST_LARGEST);
    }

    static void dequantize(Values x, Values scale, int axis) {
        String what = "dequantize " + x.type() + " " + Arrays.toString(x.shape()) + " by "
                + Arrays.toString(scale.shape()) + " along " + axis;
        require(Arrays.stream(scale.data()).allMatch(factor -> factor > 0), what, "positive scales");
        require(x.type() != ElementType.INT4 || x.shape()[x.rank() - 1] % 2 == 0, what, "an even last dimension");
        if (scale.rank() == 0) {
            return;
        }
        if (scale.rank() == 1) {
            require(scale.shape()[0] == x.shape()[axis], what, "a scale for each place along the axis");
            return;
        }
        require(x.type() == ElementType.INT4, what, "blocks of INT4 only");
        require(scale.rank() == x.rank(), what, "as many dimensions");
        for (int i = 0; i < x.rank(); i++) {
            boolean blocked = i == axis && x.shape()[i] % scale.shape()[i] == 0;
            require(blocked || scale.shape()[i] == x.shape()[i], what, "whole blocks along the axis alone");
        }
    }

    private static void require(boolean holds, String what, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(what + " (expected: " + expected + ")");
        }
    }
}
