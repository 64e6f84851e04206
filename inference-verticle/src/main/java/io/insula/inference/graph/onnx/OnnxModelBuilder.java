package io.insula.inference.graph.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Assembles an ONNX model in memory: nodes, inputs, outputs, and constants that are handed over beside it. */
final class OnnxModelBuilder {

    /** The operators of ONNX itself. */
    static final String ONNX = "";
    /** ONNX Runtime's own operators. */
    static final String MICROSOFT = "com.microsoft";

    private static final int IR_VERSION = 9;
    private static final int OPSET_VERSION = 18;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("decoder");
    private final List<OnnxInitializer> initializers = new ArrayList<>();
    private int values;

    /** A name for a value that no other value has. */
    String freshName() {
        return "v" + values++;
    }

    void input(String name, TensorProto.DataType type, Object... dimensions) {
        graph.addInput(valueInfo(name, type, dimensions));
    }

    void output(String name, TensorProto.DataType type, Object... dimensions) {
        graph.addOutput(valueInfo(name, type, dimensions));
    }

    /** Adds a node with one output; returns that output's name. */
    String node(String domain, String operator, List<String> inputs, Map<String, ?> attributes) {
        String output = freshName();
        node(domain, operator, inputs, List.of(output), attributes);
        return output;
    }

    void node(String domain, String operator, List<String> inputs, List<String> outputs, Map<String, ?> attributes) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setDomain(domain)
                .setOpType(operator)
                .setName(operator + "." + graph.getNodeCount())
                .addAllInput(inputs)
                .addAllOutput(outputs);
        attributes.forEach((name, value) -> node.addAttribute(attribute(name, value)));
        graph.addNode(node);
    }

    /** Adds a constant; returns its name. */
    String initializer(OnnxInitializer initializer) {
        initializers.add(initializer);
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(initializer.name())
                .setDataType(type(initializer.type()).getNumber())
                .setDataLocation(TensorProto.DataLocation.EXTERNAL)
                .addExternalData(
                        StringStringEntryProto.newBuilder().setKey("location").setValue(initializer.name()));
        for (long dimension : initializer.shape()) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
        return initializer.name();
    }

    /** Adds a small constant of int64 within the model; returns its name. */
    String integers(String name, long... elements) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.INT64.getNumber())
                .addDims(elements.length);
        for (long element : elements) {
            tensor.addInt64Data(element);
        }
        graph.addInitializer(tensor);
        return name;
    }

    List<OnnxInitializer> initializers() {
        return List.copyOf(initializers);
    }

    ByteString build() {
        return ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain(ONNX).setVersion(OPSET_VERSION))
                .addOpsetImport(
                        OperatorSetIdProto.newBuilder().setDomain(MICROSOFT).setVersion(1))
                .setGraph(graph)
                .build()
                .toByteString();
    }

    private static TensorProto.DataType type(OnnxInitializer.Type type) {
        return switch (type) {
            case FLOAT -> TensorProto.DataType.FLOAT;
            case UINT8 -> TensorProto.DataType.UINT8;
        };
    }

    private static AttributeProto attribute(String name, Object value) {
        AttributeProto.Builder attribute = AttributeProto.newBuilder().setName(name);
        return switch (value) {
            case Float real ->
                attribute.setType(AttributeProto.AttributeType.FLOAT).setF(real).build();
            case Integer integer ->
                attribute
                        .setType(AttributeProto.AttributeType.INT)
                        .setI(integer)
                        .build();
            case String text ->
                attribute
                        .setType(AttributeProto.AttributeType.STRING)
                        .setS(ByteString.copyFromUtf8(text))
                        .build();
            default -> throw new IllegalArgumentException("attribute " + name + ": " + value);
        };
    }

    private static ValueInfoProto valueInfo(String name, TensorProto.DataType type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder built = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(
                    dimension instanceof String symbol
                            ? built.setDimParam(symbol)
                            : built.setDimValue(((Number) dimension).longValue()));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.getNumber())
                                .setShape(shape)))
                .build();
    }
}
