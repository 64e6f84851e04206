package io.insula.store;

/** The store did not do what it was asked; carries no stack trace, for it is expected and may come in floods. */
public class StoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreException(String message, Throwable cause) {
        super(message, cause, false, false);
    }
}
