package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Small constants of one network, in memory that lives as long as the network is needed. */
final class Constants {

    private final Network network;
    private final SegmentAllocator memory;

    Constants(Network network, SegmentAllocator memory) {
        this.network = network;
        this.memory = memory;
    }

    /** One number in as many dimensions as wanted, each of length 1. */
    Tensor scalar(double value, int rank) {
        return floats(ones(rank), (float) value);
    }

    Tensor scalar(int value, int rank) {
        return integers(ones(rank), value);
    }

    Tensor floats(long[] shape, float... values) {
        MemorySegment data = memory.allocate((long) values.length * Float.BYTES, Long.BYTES);
        MemorySegment.copy(values, 0, data, ValueLayout.JAVA_FLOAT, 0, values.length);
        return network.constant(ElementType.FLOAT32, shape, data);
    }

    Tensor integers(long[] shape, int... values) {
        MemorySegment data = memory.allocate((long) values.length * Integer.BYTES, Long.BYTES);
        MemorySegment.copy(values, 0, data, ValueLayout.JAVA_INT, 0, values.length);
        return network.constant(ElementType.INT32, shape, data);
    }

    /** Lengths of dimensions, as {@link Network#shapeOf} gives them. */
    Tensor lengths(long... values) {
        MemorySegment data = memory.allocate((long) values.length * Long.BYTES, Long.BYTES);
        MemorySegment.copy(values, 0, data, ValueLayout.JAVA_LONG, 0, values.length);
        return network.constant(ElementType.INT64, new long[] {values.length}, data);
    }

    static long[] ones(int rank) {
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        return shape;
    }
}
