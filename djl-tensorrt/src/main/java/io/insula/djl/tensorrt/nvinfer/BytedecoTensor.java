package io.insula.djl.tensorrt.nvinfer;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Tensor;
import org.bytedeco.tensorrt.nvinfer.ITensor;

/** A value of a {@link BytedecoNetwork}. */
record BytedecoTensor(ITensor get, ElementType type) implements Tensor {}
