/**
 * Finds the libraries of TensorRT, CUDA and the driver that the user has installed: a machine's files, environment and
 * settings enter, absolute paths leave, or one sentence that says what is missing and where it was looked for. Nothing
 * is loaded here; any thread may call.
 */
@NullMarked
package io.insula.djl.tensorrt.host;

import org.jspecify.annotations.NullMarked;
