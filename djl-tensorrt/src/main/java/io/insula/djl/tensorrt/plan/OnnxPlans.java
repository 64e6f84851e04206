package io.insula.djl.tensorrt.plan;

import ai.djl.MalformedModelException;
import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * Where the engine gets the plan of an ONNX file from.
 *
 * <p><b>Thread</b>: any; a build takes minutes and blocks its caller.
 *
 * <p><b>Errors</b>: {@link MalformedModelException} when the file cannot be compiled, with the parser's or TensorRT's text;
 * {@link IllegalArgumentException} for options.
 */
public interface OnnxPlans {

    /**
     * The plan file of an ONNX file for a device, built when the cache has none.
     *
     * @param onnx the ONNX file; external data lie beside it
     * @param device the device that the plan is for
     * @param options what the model's loader was given, unknown keys included
     * @return a plan file that stays as it is
     */
    Path planOf(Path onnx, DeviceInfo device, Map<String, ?> options) throws IOException, MalformedModelException;
}
