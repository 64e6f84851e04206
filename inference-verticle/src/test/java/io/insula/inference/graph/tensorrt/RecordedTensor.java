package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Tensor;

/**
 * A value of a recording.
 *
 * @param number its place among the recording's values
 * @param rank how many dimensions it has
 */
record RecordedTensor(int number, ElementType type, int rank) implements Tensor {}
