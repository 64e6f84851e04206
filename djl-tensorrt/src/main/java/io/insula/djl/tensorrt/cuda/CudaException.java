package io.insula.djl.tensorrt.cuda;

import ai.djl.engine.EngineException;

/** A failed call of CUDA, with CUDA's own name and text for the failure. */
public final class CudaException extends EngineException {

    private static final long serialVersionUID = 1L;
    private static final int OUT_OF_MEMORY = 2;

    private final int code;

    /**
     * A failure.
     *
     * @param code the {@code cudaError_t}
     * @param message what was called, CUDA's name and text
     */
    public CudaException(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The {@code cudaError_t}. */
    public int code() {
        return code;
    }

    /** Whether the device had too little memory: the one failure after which everything else still works. */
    public boolean outOfMemory() {
        return code == OUT_OF_MEMORY;
    }
}
