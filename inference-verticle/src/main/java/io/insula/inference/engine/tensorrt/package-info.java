/**
 * The GPU engine: a plan of TensorRT and a key/value cache on the device. Tokens enter, logits leave; the device thread calls
 * everything here, and waits for the device at the end of each step.
 */
@NullMarked
package io.insula.inference.engine.tensorrt;

import org.jspecify.annotations.NullMarked;
