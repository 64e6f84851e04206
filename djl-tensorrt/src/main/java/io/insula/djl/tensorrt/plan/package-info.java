/**
 * From an ONNX file to a plan: options and profiles enter, a plan file leaves, built or taken from the cache.
 */
@NullMarked
package io.insula.djl.tensorrt.plan;

import org.jspecify.annotations.NullMarked;
