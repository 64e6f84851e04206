package io.insula.inference.engine;

/** The engine's runtime failed in a way that no argument explains; its slots are lost. */
public final class EngineException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }

    public EngineException(String message, Throwable cause) {
        super(message, cause);
    }
}
