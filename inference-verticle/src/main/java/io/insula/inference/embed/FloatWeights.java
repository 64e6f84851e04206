package io.insula.inference.embed;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rewrites a dynamically quantised ONNX graph so that its matrix products are of floats, with exactly the weights it has.
 *
 * <p>Dynamic quantisation scales the activations by the extremes of the whole batch: a text's vector would depend on the
 * texts beside it, those of other tenants included. The rewritten graph computes each row by itself.
 *
 * <p><b>Shape:</b> {@code MatMulInteger(DynamicQuantizeLinear(x), w) → Cast → Mul(scales)} becomes {@code MatMul(x, W)} with
 * {@code W[k, n] = (w[k, n] - zero[n]) * scale[n]}.
 */
final class FloatWeights {

    private final GraphProto graph;
    private final Map<String, NodeProto> producers = new HashMap<>();
    private final Map<String, NodeProto> consumers = new HashMap<>();
    private final Map<String, TensorProto> constants = new HashMap<>();
    private final Map<NodeProto, NodeProto> replaced = new HashMap<>();
    private final Set<NodeProto> dropped = new HashSet<>();
    private final Set<String> unused = new HashSet<>();
    private final List<TensorProto> matrices = new ArrayList<>();

    private FloatWeights(GraphProto graph) {
        this.graph = graph;
        for (NodeProto node : graph.getNodeList()) {
            node.getOutputList().forEach(output -> producers.put(output, node));
            node.getInputList().forEach(input -> consumers.put(input, node));
        }
        graph.getInitializerList().forEach(constant -> constants.put(constant.getName(), constant));
    }

    /** The rewritten model; a graph without such products comes back as it was. */
    static byte[] of(byte[] onnx) {
        try {
            ModelProto model = ModelProto.parseFrom(onnx);
            return model.toBuilder()
                    .setGraph(new FloatWeights(model.getGraph()).rewritten())
                    .build()
                    .toByteArray();
        } catch (InvalidProtocolBufferException e) {
            throw new EmbeddingException("the embedding model is no ONNX file", e);
        }
    }

    private GraphProto rewritten() {
        for (NodeProto node : graph.getNodeList()) {
            switch (node.getOpType()) {
                case "MatMulInteger" -> replace(node);
                case "DynamicQuantizeLinear" -> dropped.add(node);
                default -> {
                    // Everything else stays.
                }
            }
        }
        GraphProto.Builder result = graph.toBuilder().clearNode().clearInitializer();
        for (NodeProto node : graph.getNodeList()) {
            if (!dropped.contains(node)) {
                result.addNode(replaced.getOrDefault(node, node));
            }
        }
        graph.getInitializerList().stream()
                .filter(constant -> !unused.contains(constant.getName()))
                .forEach(result::addInitializer);
        return result.addAllInitializer(matrices).build();
    }

    private void replace(NodeProto product) {
        NodeProto cast = expect(consumers.get(product.getOutput(0)), "Cast", product);
        NodeProto scaled = expect(consumers.get(cast.getOutput(0)), "Mul", product);
        NodeProto scales = expect(producers.get(scaled.getInput(1)), "Mul", product);
        NodeProto quantised = expect(producers.get(product.getInput(0)), "DynamicQuantizeLinear", product);
        TensorProto weights = constant(product.getInput(1));
        TensorProto zeros = constant(product.getInput(3));
        TensorProto scale = constant(scales.getInput(1));
        TensorProto matrix = matrix(product.getInput(1) + "_float", weights, zeros, scale);
        matrices.add(matrix);
        replaced.put(
                scaled,
                NodeProto.newBuilder()
                        .setOpType("MatMul")
                        .setName(product.getName())
                        .addInput(quantised.getInput(0))
                        .addInput(matrix.getName())
                        .addOutput(scaled.getOutput(0))
                        .build());
        dropped.addAll(List.of(product, cast, scales));
        unused.addAll(List.of(weights.getName(), zeros.getName(), scale.getName()));
    }

    private static TensorProto matrix(String name, TensorProto weights, TensorProto zeros, TensorProto scale) {
        int rows = Math.toIntExact(weights.getDims(0));
        int columns = Math.toIntExact(weights.getDims(1));
        byte[] quants = bytes(weights);
        byte[] zero = bytes(zeros);
        float[] factor = floats(scale);
        if (quants.length != rows * columns || zero.length != columns || factor.length != columns) {
            throw new EmbeddingException(weights.getName() + ": not a matrix with one scale a column");
        }
        ByteBuffer floats = ByteBuffer.allocate(rows * columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                floats.putFloat((quants[row * columns + column] - zero[column]) * factor[column]);
            }
        }
        return TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(rows)
                .addDims(columns)
                .setRawData(ByteString.copyFrom(floats.flip()))
                .build();
    }

    /** Signed bytes, in either of the places that the format has for them. */
    private static byte[] bytes(TensorProto tensor) {
        if (tensor.getDataType() != TensorProto.DataType.INT8.getNumber()) {
            throw new EmbeddingException(tensor.getName() + ": not of type INT8");
        }
        if (!tensor.getRawData().isEmpty()) {
            return tensor.getRawData().toByteArray();
        }
        byte[] values = new byte[tensor.getInt32DataCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) tensor.getInt32Data(i);
        }
        return values;
    }

    private static float[] floats(TensorProto tensor) {
        if (tensor.getRawData().isEmpty()) {
            float[] values = new float[tensor.getFloatDataCount()];
            for (int i = 0; i < values.length; i++) {
                values[i] = tensor.getFloatData(i);
            }
            return values;
        }
        FloatBuffer raw = tensor.getRawData()
                .asReadOnlyByteBuffer()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] values = new float[raw.remaining()];
        raw.get(values);
        return values;
    }

    private TensorProto constant(String name) {
        TensorProto found = constants.get(name);
        if (found == null) {
            throw new EmbeddingException(name + ": not a constant of the embedding model");
        }
        return found;
    }

    private static NodeProto expect(@Nullable NodeProto found, String type, NodeProto beside) {
        if (found == null || !found.getOpType().equals(type)) {
            throw new EmbeddingException(beside.getName() + ": no " + type + " beside it");
        }
        return found;
    }
}
