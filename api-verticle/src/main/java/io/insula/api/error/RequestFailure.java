package io.insula.api.error;

/** Carries an {@link ApiError} through futures and calls; expected, so without a stack trace. */
public final class RequestFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient ApiError error;

    RequestFailure(ApiError error) {
        super(error.getClass().getSimpleName(), null, false, false);
        this.error = error;
    }

    public ApiError error() {
        return error;
    }
}
