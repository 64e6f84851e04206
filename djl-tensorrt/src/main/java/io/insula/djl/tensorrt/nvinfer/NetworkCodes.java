package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Reduction;
import io.insula.djl.tensorrt.network.Unary;
import java.util.Locale;
import org.bytedeco.tensorrt.global.nvinfer.ActivationType;
import org.bytedeco.tensorrt.global.nvinfer.DataType;
import org.bytedeco.tensorrt.global.nvinfer.ElementWiseOperation;
import org.bytedeco.tensorrt.global.nvinfer.ReduceOperation;
import org.bytedeco.tensorrt.global.nvinfer.UnaryOperation;

/** What the bindings call the words of {@link io.insula.djl.tensorrt.network}. */
final class NetworkCodes {

    static final ActivationType SIGMOID = ActivationType.kSIGMOID;

    private NetworkCodes() {}

    static DataType of(ElementType type) {
        return switch (type) {
            case FLOAT32 -> DataType.kFLOAT;
            case FLOAT16 -> DataType.kHALF;
            case BFLOAT16 -> DataType.kBF16;
            case FLOAT8 -> DataType.kFP8;
            case INT4 -> DataType.kINT4;
            case INT32 -> DataType.kINT32;
            case INT64 -> DataType.kINT64;
            case BOOLEAN -> DataType.kBOOL;
        };
    }

    static ElementWiseOperation of(Elementwise operation) {
        return switch (operation) {
            case SUM -> ElementWiseOperation.kSUM;
            case PRODUCT -> ElementWiseOperation.kPROD;
            case DIFFERENCE -> ElementWiseOperation.kSUB;
            case QUOTIENT -> ElementWiseOperation.kDIV;
            case MAXIMUM -> ElementWiseOperation.kMAX;
            case AND -> ElementWiseOperation.kAND;
            case GREATER -> ElementWiseOperation.kGREATER;
            case LESS -> ElementWiseOperation.kLESS;
        };
    }

    static UnaryOperation of(Unary operation) {
        return switch (operation) {
            case EXPONENTIAL -> UnaryOperation.kEXP;
            case LOGARITHM -> UnaryOperation.kLOG;
            case SQUARE_ROOT -> UnaryOperation.kSQRT;
            case RECIPROCAL -> UnaryOperation.kRECIP;
            case SIGMOID -> throw new IllegalArgumentException("sigmoid is an activation of TensorRT");
        };
    }

    static ReduceOperation of(Reduction operation) {
        return switch (operation) {
            case SUM -> ReduceOperation.kSUM;
            case MEAN -> ReduceOperation.kAVG;
            case MAXIMUM -> ReduceOperation.kMAX;
        };
    }

    static String name(Enum<?> operation) {
        return operation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
