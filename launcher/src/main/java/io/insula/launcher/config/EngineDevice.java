package io.insula.launcher.config;

/** What decoders' engines compute on; embeddings are always computed by the processors. */
public enum EngineDevice {
    /** GPUs, where there are usable ones, else the processors. */
    AUTO,
    /** The processors. */
    CPU,
    /** GPUs alone. */
    GPU
}
