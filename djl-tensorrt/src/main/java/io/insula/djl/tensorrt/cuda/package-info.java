/**
 * Devices, streams, copies, events and graphs of CUDA behind interfaces with long-sized addresses. Only this package and
 * {@code nvinfer} touch native bindings, and only once a method of {@code BytedecoCuda} is called.
 */
@NullMarked
package io.insula.djl.tensorrt.cuda;

import org.jspecify.annotations.NullMarked;
