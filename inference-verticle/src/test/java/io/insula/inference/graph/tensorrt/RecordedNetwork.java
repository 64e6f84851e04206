package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Largest;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;
import io.insula.inference.graph.DecoderDescription;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Writes down what a writer asks a network for. What strong typing and the numbers of dimensions forbid is refused at once, as
 * TensorRT would when it builds; shapes are checked when the recording is run.
 */
public final class RecordedNetwork extends Recording {

    /** What the writer writes for a decoder. */
    public static RecordedNetwork record(DecoderDescription decoder, NetworkOptions options) {
        RecordedNetwork network = new RecordedNetwork();
        TensorRtGraphWriter.write(decoder, options, network, Arena.ofAuto());
        network.finish();
        return network;
    }

    @Override
    public void part(String name) {
        part = name;
    }

    @Override
    public Tensor input(String name, ElementType type, long... shape) {
        RecordedTensor tensor = fresh(type, shape.length);
        Input input = new Input(name, type, Arrays.stream(shape).boxed().toList(), tensor.number());
        require(!outputs.containsKey(name) && inputs.put(name, input) == null, "input " + name + ": twice");
        return tensor;
    }

    @Override
    public void dimension(Tensor input, int index, String name) {
        Input named = inputs.values().stream()
                .filter(candidate -> candidate.number() == own(input).number())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("dimension " + name + ": of what is no input"));
        require(named.shape().get(index) == -1, "dimension " + name + " of " + named.name() + " is not open");
        dimensions.computeIfAbsent(name, first -> new LinkedHashMap<>()).put(named.name(), index);
    }

    @Override
    public void output(String name, Tensor value) {
        RecordedTensor tensor = own(value);
        require(
                inputs.values().stream().noneMatch(input -> input.number() == tensor.number()),
                "output " + name + ": an input");
        require(!outputs.containsValue(tensor), "output " + name + ": has another name");
        require(!inputs.containsKey(name) && outputs.put(name, tensor) == null, "output " + name + ": twice");
    }

    @Override
    public Tensor constant(ElementType type, long[] shape, MemorySegment data) {
        require(type != ElementType.BOOLEAN, "constants of booleans are not supported");
        long bytes = type.bytes(HostTensor.elements(shape));
        require(data.isNative() && data.byteSize() == bytes, "constant: not " + bytes + " bytes of native memory");
        RecordedTensor tensor = fresh(type, shape.length);
        int[] size = Arrays.stream(shape).mapToInt(Math::toIntExact).toArray();
        constants.put(tensor.number(), Values.of(type, size, i -> Elements.get(type, data, i)));
        return tensor;
    }

    @Override
    public Tensor product(Tensor a, Tensor b, boolean transposed) {
        alike("product", a, b);
        require(a.type().floating(), "product of " + a.type());
        require(own(a).rank() >= 2, "product of vectors");
        return layer(
                "product",
                a.type(),
                own(a).rank(),
                List.of(a, b),
                List.of(transposed),
                in -> Kernels.product(in.get(0), in.get(1), transposed));
    }

    @Override
    public Tensor elementwise(Elementwise operation, Tensor a, Tensor b) {
        alike(operation.toString(), a, b);
        boolean logical = operation == Elementwise.AND;
        require(
                logical
                        ? a.type() == ElementType.BOOLEAN
                        : a.type().floating() || a.type().integral(),
                operation + " of " + a.type());
        boolean comparison = operation == Elementwise.GREATER || operation == Elementwise.LESS;
        ElementType type = comparison ? ElementType.BOOLEAN : a.type();
        return layer(
                "elementwise",
                type,
                own(a).rank(),
                List.of(a, b),
                List.of(operation),
                in -> Kernels.elementwise(operation, in.get(0), in.get(1)));
    }

    @Override
    public Tensor unary(Unary operation, Tensor x) {
        require(x.type().floating(), operation + " of " + x.type());
        return layer(
                "unary",
                x.type(),
                own(x).rank(),
                List.of(x),
                List.of(operation),
                in -> Kernels.unary(operation, in.get(0)));
    }

    @Override
    public Tensor reduce(Reduction operation, Tensor x, int axis) {
        require(x.type().floating() || x.type().integral(), operation + " of " + x.type());
        requireAxis(x, axis);
        return layer(
                "reduce",
                x.type(),
                own(x).rank(),
                List.of(x),
                List.of(operation, axis),
                in -> Kernels.reduce(operation, in.get(0), axis));
    }

    @Override
    public Largest largest(Tensor x, int count) {
        require(x.type().floating(), "largest of " + x.type());
        LayerRules.largest(count);
        RecordedTensor top = fresh(x.type(), own(x).rank());
        RecordedTensor indices = fresh(ElementType.INT32, own(x).rank());
        layers.add(new RecordedLayer(
                "largest",
                part,
                List.of(own(x)),
                List.of(top, indices),
                List.of(count),
                in -> Kernels.largest(in.getFirst(), count)));
        return new Largest(top, indices);
    }

    @Override
    public Tensor gather(Tensor data, Tensor indices, int axis) {
        require(indices.type().integral(), "gather by " + indices.type());
        requireAxis(data, axis);
        int rank = own(data).rank() + own(indices).rank() - 1;
        return layer(
                "gather",
                data.type(),
                rank,
                List.of(data, indices),
                List.of(axis),
                in -> Kernels.gather(in.get(0), in.get(1), axis));
    }

    @Override
    public Tensor reshape(Tensor x, long... shape) {
        LayerRules.reshape(own(x).rank(), shape);
        return layer(
                "reshape",
                x.type(),
                shape.length,
                List.of(x),
                Arrays.stream(shape).boxed().toList(),
                in -> Kernels.reshape(in.getFirst(), shape));
    }

    @Override
    public Tensor transpose(Tensor x, int... order) {
        int[] sorted = Arrays.stream(order).sorted().toArray();
        require(
                Arrays.equals(sorted, IntStream.range(0, own(x).rank()).toArray()),
                "transpose by " + Arrays.toString(order) + " of " + own(x).rank() + " dimensions");
        return layer(
                "transpose",
                x.type(),
                order.length,
                List.of(x),
                Arrays.stream(order).boxed().toList(),
                in -> Kernels.transpose(in.getFirst(), order));
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        for (Tensor other : parts) {
            alike("concat", parts[0], other);
        }
        requireAxis(parts[0], axis);
        return layer(
                "concat",
                parts[0].type(),
                own(parts[0]).rank(),
                List.of(parts),
                List.of(axis),
                in -> Kernels.concat(axis, in));
    }

    @Override
    public Tensor slice(Tensor x, long[] start, Tensor size) {
        require(size.type().integral() && own(size).rank() == 1, "slice by " + size);
        require(start.length == own(x).rank(), "slice from " + Arrays.toString(start) + " of " + own(x).rank());
        return layer(
                "slice",
                x.type(),
                start.length,
                List.of(x, size),
                Arrays.stream(start).boxed().toList(),
                in -> Kernels.slice(in.get(0), start, in.get(1).whole()));
    }

    @Override
    public Tensor select(Tensor condition, Tensor then, Tensor otherwise) {
        require(condition.type() == ElementType.BOOLEAN, "select by " + condition.type());
        alike("select", then, otherwise);
        require(own(condition).rank() == own(then).rank(), "select: " + condition + " for " + then);
        return layer(
                "select",
                then.type(),
                own(then).rank(),
                List.of(condition, then, otherwise),
                List.of(),
                in -> Kernels.select(in.get(0), in.get(1), in.get(2)));
    }

    @Override
    public Tensor cast(Tensor x, ElementType type) {
        if (x.type() == type) {
            return x;
        }
        require(type.floating() || type.integral(), "cast to " + type);
        return layer(
                "cast",
                type,
                own(x).rank(),
                List.of(x),
                List.of(type),
                in -> Values.of(
                        type,
                        in.getFirst().shape(),
                        i -> type.integral()
                                ? (long) in.getFirst().data()[i]
                                : in.getFirst().data()[i]));
    }

    @Override
    public Tensor shapeOf(Tensor x) {
        return layer(
                "shapeOf",
                ElementType.INT64,
                1,
                List.of(x),
                List.of(),
                in -> Values.of(
                        ElementType.INT64,
                        new int[] {in.getFirst().rank()},
                        i -> in.getFirst().shape()[i]));
    }

    @Override
    public Tensor iota(Tensor count) {
        require(count.type().integral() && own(count).rank() == 1, "iota of " + count);
        return layer(
                "iota",
                ElementType.INT32,
                1,
                List.of(count),
                List.of(),
                in -> Values.of(ElementType.INT32, in.getFirst().whole(), i -> i));
    }

    @Override
    public Tensor dequantize(Tensor x, Tensor scale, int axis) {
        require(!x.type().floating() && !x.type().integral(), "dequantize " + x.type());
        Values numbers = constants.get(own(x).number());
        Values scales = constants.get(own(scale).number());
        require(numbers != null, "dequantize: not a constant");
        require(scales != null, "dequantize: scales that are no constant");
        require(scale.type().floating(), "dequantize by " + scale.type());
        require(own(x).rank() == 2, "dequantize " + own(x).rank() + " dimensions");
        requireAxis(x, axis);
        LayerRules.dequantize(Objects.requireNonNull(numbers), Objects.requireNonNull(scales), axis);
        return layer(
                "dequantize",
                scale.type(),
                own(x).rank(),
                List.of(x, scale),
                List.of(axis),
                in -> Kernels.dequantize(in.get(0), in.get(1), axis));
    }

    @Override
    public Tensor rotary(Tensor x, Tensor cosines, Tensor sines, boolean interleaved, Tensor positions) {
        require(own(x).rank() == 4 && own(cosines).rank() == 2 && own(positions).rank() == 2, "rotary: " + x);
        require(x.type() == cosines.type() && x.type() == sines.type(), "rotary: " + x + " by " + cosines);
        require(x.type().floating(), "rotary of " + x.type());
        require(positions.type() == ElementType.INT64, "rotary at " + positions.type() + " (expected: INT64)");
        return layer(
                "rotary",
                x.type(),
                4,
                List.of(x, cosines, sines, positions),
                List.of(interleaved),
                in -> LayerKernels.rotary(in.get(0), in.get(1), in.get(2), interleaved, in.get(3)));
    }

    @Override
    public Tensor attention(Tensor query, Tensor key, Tensor value, Tensor visible) {
        alike("attention", query, key);
        alike("attention", key, value);
        require(query.type().floating() && own(query).rank() == 4, "attention of " + query);
        require(visible.type() == ElementType.BOOLEAN && own(visible).rank() == 4, "attention with " + visible);
        return layer(
                "attention",
                query.type(),
                4,
                List.of(query, key, value, visible),
                List.of(),
                in -> LayerKernels.attention(in.get(0), in.get(1), in.get(2), in.get(3)));
    }

    @Override
    public Tensor cacheUpdate(Tensor cache, Tensor update, Tensor indices) {
        alike("cacheUpdate", cache, update);
        require(cache.type().floating() && own(cache).rank() == 4, "cacheUpdate of " + cache);
        require(indices.type().integral() && own(indices).rank() == 1, "cacheUpdate at " + indices);
        Input input = inputs.values().stream()
                .filter(candidate -> candidate.number() == own(cache).number())
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(part + ": cacheUpdate of what is no input"));
        require(input.shape().get(2) > 0, "cacheUpdate of " + input.name() + ": its capacity is open");
        RecordedTensor updated = layer(
                "cacheUpdate",
                cache.type(),
                4,
                List.of(cache, update, indices),
                List.of(),
                in -> LayerKernels.cacheUpdate(in.get(0), in.get(1), in.get(2)));
        aliases.put(updated.number(), input.name());
        return updated;
    }
}
