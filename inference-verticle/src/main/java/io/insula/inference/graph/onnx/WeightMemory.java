package io.insula.inference.graph.onnx;

import java.lang.foreign.SegmentAllocator;

/**
 * Where packed weights lie, by what becomes of them once the runtime's kernels are made.
 *
 * @param lasting what the runtime reads as long as its session lives
 * @param scales the scales of quantised weights, which some processors' kernels copy and others read
 * @param passing what kernels commonly copy into layouts of their own: most of the weights
 */
public record WeightMemory(SegmentAllocator lasting, SegmentAllocator scales, SegmentAllocator passing) {}
