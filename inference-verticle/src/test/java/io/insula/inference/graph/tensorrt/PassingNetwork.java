package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Largest;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;
import java.lang.foreign.MemorySegment;

/** Hands everything to another network, for a test to change something on the way. */
class PassingNetwork implements Network {

    private final Network network;
    private String part = "";

    PassingNetwork(Network network) {
        this.network = network;
    }

    boolean within(String prefix) {
        return part.startsWith(prefix);
    }

    @Override
    public void part(String name) {
        part = name;
        network.part(name);
    }

    @Override
    public Tensor input(String name, ElementType type, long... shape) {
        return network.input(name, type, shape);
    }

    @Override
    public void dimension(Tensor input, int index, String name) {
        network.dimension(input, index, name);
    }

    @Override
    public void output(String name, Tensor value) {
        network.output(name, value);
    }

    @Override
    public Tensor constant(ElementType type, long[] shape, MemorySegment data) {
        return network.constant(type, shape, data);
    }

    @Override
    public Tensor product(Tensor a, Tensor b, boolean transposed) {
        return network.product(a, b, transposed);
    }

    @Override
    public Tensor elementwise(Elementwise operation, Tensor a, Tensor b) {
        return network.elementwise(operation, a, b);
    }

    @Override
    public Tensor unary(Unary operation, Tensor x) {
        return network.unary(operation, x);
    }

    @Override
    public Tensor reduce(Reduction operation, Tensor x, int axis) {
        return network.reduce(operation, x, axis);
    }

    @Override
    public Largest largest(Tensor x, int count) {
        return network.largest(x, count);
    }

    @Override
    public Tensor gather(Tensor data, Tensor indices, int axis) {
        return network.gather(data, indices, axis);
    }

    @Override
    public Tensor reshape(Tensor x, long... shape) {
        return network.reshape(x, shape);
    }

    @Override
    public Tensor transpose(Tensor x, int... order) {
        return network.transpose(x, order);
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        return network.concat(axis, parts);
    }

    @Override
    public Tensor slice(Tensor x, long[] start, Tensor size) {
        return network.slice(x, start, size);
    }

    @Override
    public Tensor select(Tensor condition, Tensor then, Tensor otherwise) {
        return network.select(condition, then, otherwise);
    }

    @Override
    public Tensor cast(Tensor x, ElementType type) {
        return network.cast(x, type);
    }

    @Override
    public Tensor shapeOf(Tensor x) {
        return network.shapeOf(x);
    }

    @Override
    public Tensor iota(Tensor count) {
        return network.iota(count);
    }

    @Override
    public Tensor dequantize(Tensor x, Tensor scale, int axis) {
        return network.dequantize(x, scale, axis);
    }

    @Override
    public Tensor rotary(Tensor x, Tensor cosines, Tensor sines, boolean interleaved, Tensor positions) {
        return network.rotary(x, cosines, sines, interleaved, positions);
    }

    @Override
    public Tensor attention(Tensor query, Tensor key, Tensor value, Tensor visible) {
        return network.attention(query, key, value, visible);
    }

    @Override
    public Tensor cacheUpdate(Tensor cache, Tensor update, Tensor indices) {
        return network.cacheUpdate(cache, update, indices);
    }
}
