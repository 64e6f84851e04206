package io.insula.inference.weights;

/** A model file that is broken or of a kind that is not supported; the message says which, where, and what is. */
public final class ModelFileException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ModelFileException(String message) {
        super(message);
    }

    public ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }
}
