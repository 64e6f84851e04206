package io.insula.djl.tensorrt.plan;

import io.insula.djl.tensorrt.cuda.DeviceInfo;
import java.nio.file.Path;

/**
 * One build.
 *
 * @param onnx the model; its external data lie beside it
 * @param device the GPU that kernels are measured on
 * @param options what is asked for
 * @param times what earlier builds measured
 * @param progress whom to tell
 */
public record BuildRequest(
        Path onnx, DeviceInfo device, BuildOptions options, KernelTimes times, BuildProgress progress) {}
