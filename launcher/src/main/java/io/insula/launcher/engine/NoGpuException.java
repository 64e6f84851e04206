package io.insula.launcher.engine;

/** GPUs are asked for, and there is none that can be used; the message says what is missing. */
public final class NoGpuException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    NoGpuException(String message) {
        super(message, null, false, false);
    }
}
