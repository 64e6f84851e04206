package io.insula.api.error;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Everything that a request can be refused or ended for; {@link ErrorMapping} gives each its status and bodies. */
public sealed interface ApiError {

    /**
     * A field of the request is wrong.
     *
     * @param message what was wrong and what is allowed
     * @param param the field; null when it is none of them
     * @param code a machine-readable name; null for none
     */
    record InvalidRequest(
            String message,
            @Nullable String param,
            @Nullable String code) implements ApiError {}

    /** A field that must be there is not. */
    record MissingField(String message, String param) implements ApiError {}

    /**
     * Every field that is wrong, by name.
     *
     * @param details messages by field
     */
    record InvalidFields(Map<String, List<String>> details) implements ApiError {}

    /** The body is empty. */
    record MissingBody() implements ApiError {}

    /** The body is not JSON. */
    record MalformedBody(String message) implements ApiError {}

    /** No valid credential for this path; says nothing about why. */
    record Unauthenticated() implements ApiError {}

    /**
     * The model is absent, or another tenant's.
     *
     * @param model what the client asked for
     */
    record ModelNotFound(String model) implements ApiError {}

    /** Nothing is served at this path. */
    record PathNotFound() implements ApiError {}

    /**
     * The path exists, the method does not.
     *
     * @param allowed the value of the {@code Allow} header
     */
    record MethodNotAllowed(String allowed) implements ApiError {}

    /** The body, or a header, did not arrive in time. */
    record RequestTimeout() implements ApiError {}

    /**
     * The body is larger than allowed.
     *
     * @param limitBytes the limit
     */
    record BodyTooLarge(long limitBytes) implements ApiError {}

    /** The body is in a form that is not read. */
    record UnsupportedMediaType(String message) implements ApiError {}

    /**
     * Nobody can take the request now.
     *
     * @param message why
     * @param retryAfter when to try again
     */
    record Overloaded(String message, Duration retryAfter) implements ApiError {}

    /** The engine that was answering is gone. */
    record EngineLost() implements ApiError {}

    /**
     * The engine could not go on.
     *
     * @param message what it said, for the client
     */
    record EngineFailed(String message) implements ApiError {}

    /** The answer was not complete when the time that the client gives it was over. */
    record DeadlineExceeded() implements ApiError {}

    /** Keys or configs cannot be read now. */
    record StoreUnavailable() implements ApiError {}

    /** A fault of the server that no other error names. */
    record Internal() implements ApiError {}

    /** The same error as something a future can fail with. */
    default RequestFailure failure() {
        return new RequestFailure(this);
    }

    /** A field with a value that is not allowed. */
    static InvalidRequest invalid(String param, String message) {
        return new InvalidRequest(param + ": " + message, param, "invalid_value");
    }
}
