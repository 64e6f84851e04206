package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;

/**
 * Compiles ONNX files.
 *
 * <p><b>Thread</b>: any; a build blocks its caller and keeps the device busy.
 *
 * <p><b>Errors</b>: {@link MalformedModelException} when the model cannot be compiled, with the parser's or TensorRT's
 * text; {@link IllegalArgumentException} for options that do not fit the model.
 */
public interface PlanBuilder {

    /** The version of TensorRT that plans are for, for example {@code 10.15.1}. */
    String version();

    /** Builds a plan and writes it. */
    void build(BuildRequest request, WritableByteChannel target) throws IOException, MalformedModelException;
}
