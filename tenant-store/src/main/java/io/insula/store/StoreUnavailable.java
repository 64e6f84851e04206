package io.insula.store;

/** The store cannot be reached or is too busy now; the same call may succeed later. */
public final class StoreUnavailable extends StoreException {

    private static final long serialVersionUID = 1L;

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
