package io.insula.djl.tensorrt.memory;

/**
 * What an engine holds of a device at one moment.
 *
 * @param liveBytes bytes of the blocks that were not given back
 * @param liveBlocks how many they are
 * @param peakBytes the most bytes that were ever held at one time
 * @param lostBlocks blocks that nobody closed and the garbage collector gave back
 */
public record MemoryAccount(long liveBytes, long liveBlocks, long peakBytes, long lostBlocks) {}
