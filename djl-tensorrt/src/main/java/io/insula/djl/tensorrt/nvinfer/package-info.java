/**
 * TensorRT itself behind interfaces: a runtime reads plans, a plan makes execution contexts, a context enqueues work on a
 * stream. What TensorRT logs about a failed call leaves as {@link TensorRtException}.
 */
@NullMarked
package io.insula.djl.tensorrt.nvinfer;

import org.jspecify.annotations.NullMarked;
