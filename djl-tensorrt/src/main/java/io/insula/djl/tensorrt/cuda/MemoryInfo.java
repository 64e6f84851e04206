package io.insula.djl.tensorrt.cuda;

/**
 * Memory of a device at one moment.
 *
 * @param freeBytes what an allocation could still get
 * @param totalBytes what the device has
 */
public record MemoryInfo(long freeBytes, long totalBytes) {}
