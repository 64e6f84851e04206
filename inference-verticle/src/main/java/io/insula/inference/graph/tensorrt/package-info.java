/**
 * Decoders as networks of TensorRT, made with its network API. A description and a network enter, layers leave; used while a
 * plan is built, on the building thread.
 */
@NullMarked
package io.insula.inference.graph.tensorrt;

import org.jspecify.annotations.NullMarked;
