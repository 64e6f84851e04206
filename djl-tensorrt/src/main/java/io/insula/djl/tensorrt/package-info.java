/**
 * The DJL engine "TensorRT": plan and ONNX files enter, models, predictors and device-resident arrays leave. Any thread
 * may call; each predictor has a stream and an execution context of its own and serves one call at a time.
 */
@NullMarked
package io.insula.djl.tensorrt;

import org.jspecify.annotations.NullMarked;
