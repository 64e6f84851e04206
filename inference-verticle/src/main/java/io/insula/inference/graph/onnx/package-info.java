/**
 * Decoders as ONNX models for ONNX Runtime: the graph in memory, the weights beside it in the layouts that its kernels
 * take. Used while a model loads, on the loading thread.
 */
@NullMarked
package io.insula.inference.graph.onnx;

import org.jspecify.annotations.NullMarked;
