package io.insula.inference.admission;

import org.jspecify.annotations.Nullable;

/** A model cannot be loaded now; the message is meant for the client, and carries no stack trace. */
public final class ModelUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int retryAfterMillis;

    /**
     * @param retryAfterMillis when to try again
     */
    public ModelUnavailableException(String message, int retryAfterMillis) {
        this(message, null, retryAfterMillis);
    }

    /**
     * @param cause what went wrong
     */
    public ModelUnavailableException(String message, @Nullable Throwable cause, int retryAfterMillis) {
        super(message, cause, false, false);
        this.retryAfterMillis = retryAfterMillis;
    }

    int retryAfterMillis() {
        return retryAfterMillis;
    }
}
