package io.insula.djl.tensorrt.gpu;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes small ONNX models. A dimension is a number, or a name for one that stays open. */
final class OnnxFile {

    private static final int IR_VERSION = 8;
    private static final int OPSET_VERSION = 17;

    private final GraphProto.Builder graph = GraphProto.newBuilder().setName("model");

    OnnxFile input(String name, Numbers type, Object... dimensions) {
        graph.addInput(value(name, type, dimensions));
        return this;
    }

    OnnxFile output(String name, Numbers type, Object... dimensions) {
        graph.addOutput(value(name, type, dimensions));
        return this;
    }

    /** Constant weights, rounded to the type. */
    OnnxFile weights(String name, Numbers type, float[] values, long... shape) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(type.onnx().getNumber())
                .setRawData(ByteString.copyFrom(type.bytes(values)));
        for (long dimension : shape) {
            tensor.addDims(dimension);
        }
        graph.addInitializer(tensor);
        return this;
    }

    OnnxFile node(String operator, List<String> inputs, String output, Map<String, long[]> attributes) {
        NodeProto.Builder node = NodeProto.newBuilder()
                .setOpType(operator)
                .setName(output)
                .addAllInput(inputs)
                .addOutput(output);
        attributes.forEach((name, numbers) -> {
            AttributeProto.Builder attribute =
                    AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
            for (long number : numbers) {
                attribute.addInts(number);
            }
            node.addAttribute(attribute);
        });
        graph.addNode(node);
        return this;
    }

    OnnxFile node(String operator, List<String> inputs, String output) {
        return node(operator, inputs, output, Map.of());
    }

    Path write(Path file) throws IOException {
        Files.write(
                file,
                ModelProto.newBuilder()
                        .setIrVersion(IR_VERSION)
                        .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPSET_VERSION))
                        .setGraph(graph)
                        .build()
                        .toByteArray());
        return file;
    }

    private static ValueInfoProto value(String name, Numbers type, Object... dimensions) {
        TensorShapeProto.Builder shape = TensorShapeProto.newBuilder();
        for (Object dimension : dimensions) {
            TensorShapeProto.Dimension.Builder one = TensorShapeProto.Dimension.newBuilder();
            shape.addDim(
                    dimension instanceof Number number
                            ? one.setDimValue(number.longValue())
                            : one.setDimParam(dimension.toString()));
        }
        return ValueInfoProto.newBuilder()
                .setName(name)
                .setType(TypeProto.newBuilder()
                        .setTensorType(TypeProto.Tensor.newBuilder()
                                .setElemType(type.onnx().getNumber())
                                .setShape(shape)))
                .build();
    }
}
