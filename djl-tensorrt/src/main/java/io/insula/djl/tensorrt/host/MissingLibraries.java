package io.insula.djl.tensorrt.host;

/**
 * A machine that cannot run TensorRT.
 *
 * @param sentence what is missing, what was found that does not serve, and where it was looked for
 */
public record MissingLibraries(String sentence) implements Search {}
