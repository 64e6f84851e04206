package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.cuda.NativeAddress;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Largest;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.FillOperation;
import org.bytedeco.tensorrt.global.nvinfer.MatrixOperation;
import org.bytedeco.tensorrt.global.nvinfer.TensorFormat;
import org.bytedeco.tensorrt.global.nvinfer.TopKOperation;
import org.bytedeco.tensorrt.nvinfer.Dims64;
import org.bytedeco.tensorrt.nvinfer.IDequantizeLayer;
import org.bytedeco.tensorrt.nvinfer.IFillLayer;
import org.bytedeco.tensorrt.nvinfer.ILayer;
import org.bytedeco.tensorrt.nvinfer.INetworkDefinition;
import org.bytedeco.tensorrt.nvinfer.IShuffleLayer;
import org.bytedeco.tensorrt.nvinfer.ITensor;
import org.bytedeco.tensorrt.nvinfer.ITopKLayer;
import org.bytedeco.tensorrt.nvinfer.Permutation;
import org.bytedeco.tensorrt.nvinfer.Weights;
import org.jspecify.annotations.Nullable;

/** A network of TensorRT through the bindings of Bytedeco; constants stay where they are, TensorRT holds their addresses. */
final class BytedecoNetwork implements Network {

    private static final MemorySegment ZERO = Arena.global().allocateFrom(ValueLayout.JAVA_INT, 0);
    private static final MemorySegment ONE = Arena.global().allocateFrom(ValueLayout.JAVA_INT, 1);

    /** Else TensorRT may choose any layout for inputs and outputs, and a plan with another than ours is refused. */
    private static final int LINEAR = 1 << TensorFormat.kLINEAR.value;

    private final INetworkDefinition network;
    private String part = "network";
    private int layers;

    BytedecoNetwork(INetworkDefinition network) {
        this.network = network;
    }

    @Override
    public void part(String name) {
        part = name;
    }

    @Override
    public Tensor input(String name, ElementType type, long... shape) {
        long mark = TensorRtLog.SHARED.mark();
        try (Dims64 dims = dims(shape)) {
            ITensor tensor = network.addInput(name, NetworkCodes.of(type), dims);
            Tensor input = value(tensor, type, mark, "input " + name);
            tensor.setAllowedFormats(LINEAR);
            return input;
        }
    }

    @Override
    public void dimension(Tensor input, int index, String name) {
        of(input).setDimensionName(index, name);
    }

    @Override
    public void output(String name, Tensor value) {
        ITensor tensor = of(value);
        tensor.setName(name);
        network.markOutput(tensor);
        tensor.setAllowedFormats(LINEAR);
    }

    @Override
    public Tensor constant(ElementType type, long[] shape, MemorySegment data) {
        long elements = 1;
        for (long dimension : shape) {
            elements = Math.multiplyExact(elements, dimension);
        }
        if (!data.isNative() || data.byteSize() != type.bytes(elements)) {
            throw new IllegalArgumentException(part + ": a constant of " + data.byteSize() + " bytes (expected: "
                    + type.bytes(elements) + " bytes of native memory)");
        }
        long mark = TensorRtLog.SHARED.mark();
        try (Dims64 dims = dims(shape);
                Weights weights = new Weights()) {
            weights.type(NetworkCodes.of(type))
                    .values(new NativeAddress(data.address()))
                    .count(elements);
            return added(network.addConstant(dims, weights), type, mark, "constant");
        }
    }

    @Override
    public Tensor product(Tensor a, Tensor b, boolean transposed) {
        long mark = TensorRtLog.SHARED.mark();
        ILayer layer = network.addMatrixMultiply(
                of(a), MatrixOperation.kNONE, of(b), transposed ? MatrixOperation.kTRANSPOSE : MatrixOperation.kNONE);
        return added(layer, a.type(), mark, "product");
    }

    @Override
    public Tensor elementwise(Elementwise operation, Tensor a, Tensor b) {
        long mark = TensorRtLog.SHARED.mark();
        boolean comparison = operation == Elementwise.GREATER || operation == Elementwise.LESS;
        ILayer layer = network.addElementWise(of(a), of(b), NetworkCodes.of(operation));
        return added(layer, comparison ? ElementType.BOOLEAN : a.type(), mark, NetworkCodes.name(operation));
    }

    @Override
    public Tensor unary(Unary operation, Tensor x) {
        long mark = TensorRtLog.SHARED.mark();
        ILayer layer = operation == Unary.SIGMOID
                ? network.addActivation(of(x), NetworkCodes.SIGMOID)
                : network.addUnary(of(x), NetworkCodes.of(operation));
        return added(layer, x.type(), mark, NetworkCodes.name(operation));
    }

    @Override
    public Tensor reduce(Reduction operation, Tensor x, int axis) {
        long mark = TensorRtLog.SHARED.mark();
        ILayer layer = network.addReduce(of(x), NetworkCodes.of(operation), 1 << axis, true);
        return added(layer, x.type(), mark, NetworkCodes.name(operation));
    }

    @Override
    @SuppressWarnings("deprecation") // The form with a type for the indices is not in TensorRT 10.6.
    public Largest largest(Tensor x, int count) {
        long mark = TensorRtLog.SHARED.mark();
        try (Dims64 dims = of(x).getDimensions()) {
            ITopKLayer layer = network.addTopK(of(x), TopKOperation.kMAX, count, 1 << (dims.nbDims() - 1));
            Tensor values = added(layer, x.type(), mark, "largest");
            return new Largest(values, value(layer.getOutput(1), ElementType.INT32, mark, "largest"));
        }
    }

    @Override
    public Tensor gather(Tensor data, Tensor indices, int axis) {
        long mark = TensorRtLog.SHARED.mark();
        return added(network.addGather(of(data), of(indices), axis), data.type(), mark, "gather");
    }

    @Override
    public Tensor reshape(Tensor x, long... shape) {
        long mark = TensorRtLog.SHARED.mark();
        IShuffleLayer layer = network.addShuffle(of(x));
        try (Dims64 dims = dims(shape)) {
            if (layer != null) {
                layer.setReshapeDimensions(dims);
            }
            return added(layer, x.type(), mark, "reshape");
        }
    }

    @Override
    public Tensor transpose(Tensor x, int... order) {
        long mark = TensorRtLog.SHARED.mark();
        IShuffleLayer layer = network.addShuffle(of(x));
        try (Permutation permutation = new Permutation()) {
            for (int i = 0; i < order.length; i++) {
                permutation.order(i, order[i]);
            }
            if (layer != null) {
                layer.setFirstTranspose(permutation);
            }
            return added(layer, x.type(), mark, "transpose");
        }
    }

    @Override
    public Tensor concat(int axis, Tensor... parts) {
        long mark = TensorRtLog.SHARED.mark();
        try (PointerPointer<ITensor> tensors = new PointerPointer<>(parts.length)) {
            for (int i = 0; i < parts.length; i++) {
                tensors.put(i, of(parts[i]));
            }
            var layer = network.addConcatenation(tensors, parts.length);
            if (layer != null) {
                layer.setAxis(axis);
            }
            return added(layer, parts[0].type(), mark, "concat");
        }
    }

    @Override
    public Tensor slice(Tensor x, long[] start, Tensor size) {
        long mark = TensorRtLog.SHARED.mark();
        long[] ones = new long[start.length];
        Arrays.fill(ones, 1);
        try (Dims64 from = dims(start);
                Dims64 replaced = dims(ones);
                Dims64 stride = dims(ones)) {
            ILayer layer = network.addSlice(of(x), from, replaced, stride);
            if (layer != null) {
                layer.setInput(2, of(size));
            }
            return added(layer, x.type(), mark, "slice");
        }
    }

    @Override
    public Tensor select(Tensor condition, Tensor then, Tensor otherwise) {
        long mark = TensorRtLog.SHARED.mark();
        return added(network.addSelect(of(condition), of(then), of(otherwise)), then.type(), mark, "select");
    }

    @Override
    public Tensor cast(Tensor x, ElementType type) {
        if (x.type() == type) {
            return x;
        }
        long mark = TensorRtLog.SHARED.mark();
        return added(network.addCast(of(x), NetworkCodes.of(type)), type, mark, "cast");
    }

    @Override
    public Tensor shapeOf(Tensor x) {
        long mark = TensorRtLog.SHARED.mark();
        return added(network.addShape(of(x)), ElementType.INT64, mark, "shape");
    }

    /** Start and step are tensors too: of int32 that is the older form, which the parser of ONNX makes as well. */
    @Override
    public Tensor iota(Tensor count) {
        Tensor start = constant(ElementType.INT32, new long[0], ZERO);
        Tensor step = constant(ElementType.INT32, new long[] {1}, ONE);
        long mark = TensorRtLog.SHARED.mark();
        try (Dims64 replaced = dims(1)) {
            IFillLayer layer = network.addFill(replaced, FillOperation.kLINSPACE, DataType.kINT32);
            if (layer != null) {
                layer.setInput(0, of(count));
                layer.setInput(1, of(start));
                layer.setInput(2, of(step));
            }
            return added(layer, ElementType.INT32, mark, "iota");
        }
    }

    @Override
    public Tensor dequantize(Tensor x, Tensor scale, int axis) {
        long mark = TensorRtLog.SHARED.mark();
        IDequantizeLayer layer = network.addDequantize(of(x), of(scale), NetworkCodes.of(scale.type()));
        if (layer != null) {
            layer.setAxis(axis);
        }
        return added(layer, scale.type(), mark, "dequantize");
    }

    @Override
    public Tensor rotary(Tensor x, Tensor cosines, Tensor sines, boolean interleaved, Tensor positions) {
        long mark = TensorRtLog.SHARED.mark();
        ILayer layer = NewerLayers.rotary(network, of(x), of(cosines), of(sines), interleaved, of(positions));
        return added(layer, x.type(), mark, "rotary");
    }

    @Override
    public Tensor attention(Tensor query, Tensor key, Tensor value, Tensor visible) {
        long mark = TensorRtLog.SHARED.mark();
        ITensor attended =
                NewerLayers.attention(network, of(query), of(key), of(value), of(visible), nextName("attention"));
        return value(attended, query.type(), mark, "attention");
    }

    @Override
    public Tensor cacheUpdate(Tensor cache, Tensor update, Tensor indices) {
        long mark = TensorRtLog.SHARED.mark();
        ILayer layer = NewerLayers.cacheUpdate(network, of(cache), of(update), of(indices));
        return added(layer, cache.type(), mark, "cache update");
    }

    private Tensor added(@Nullable ILayer layer, ElementType type, long mark, String what) {
        if (layer == null || layer.isNull()) {
            throw refused(mark, what);
        }
        layer.setName(nextName(what));
        return value(layer.getOutput(0), type, mark, what);
    }

    private Tensor value(@Nullable ITensor tensor, ElementType type, long mark, String what) {
        if (tensor == null || tensor.isNull()) {
            throw refused(mark, what);
        }
        return new BytedecoTensor(tensor, type);
    }

    private TensorRtException refused(long mark, String what) {
        return TensorRtLog.SHARED.failure(mark, part + ": TensorRT refuses the layer " + what);
    }

    private String nextName(String what) {
        return part + ": " + what + " " + layers++;
    }

    private static ITensor of(Tensor tensor) {
        return ((BytedecoTensor) tensor).get();
    }

    private static Dims64 dims(long... sizes) {
        Dims64 dims = new Dims64();
        dims.nbDims(sizes.length);
        for (int i = 0; i < sizes.length; i++) {
            dims.d(i, sizes[i]);
        }
        return dims;
    }
}
