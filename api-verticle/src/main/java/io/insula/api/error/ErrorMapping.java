package io.insula.api.error;

import io.insula.api.error.ApiError.BodyTooLarge;
import io.insula.api.error.ApiError.DeadlineExceeded;
import io.insula.api.error.ApiError.EngineFailed;
import io.insula.api.error.ApiError.EngineLost;
import io.insula.api.error.ApiError.Internal;
import io.insula.api.error.ApiError.InvalidFields;
import io.insula.api.error.ApiError.InvalidRequest;
import io.insula.api.error.ApiError.MalformedBody;
import io.insula.api.error.ApiError.MethodNotAllowed;
import io.insula.api.error.ApiError.MissingBody;
import io.insula.api.error.ApiError.MissingField;
import io.insula.api.error.ApiError.ModelNotFound;
import io.insula.api.error.ApiError.Overloaded;
import io.insula.api.error.ApiError.PathNotFound;
import io.insula.api.error.ApiError.RequestTimeout;
import io.insula.api.error.ApiError.StoreUnavailable;
import io.insula.api.error.ApiError.Unauthenticated;
import io.insula.api.error.ApiError.UnsupportedMediaType;
import org.jspecify.annotations.Nullable;

/**
 * What one error looks like to every client: the single place that maps errors to statuses and names.
 *
 * @param status the HTTP status
 * @param type OpenAI's error type
 * @param code OpenAI's error code; null for none
 * @param param the request field at fault; null for none
 * @param message for the caller
 * @param view the error as the View platform names it
 */
record ErrorMapping(
        int status,
        String type,
        @Nullable String code,
        @Nullable String param,
        String message,
        ViewError view) {

    private static final String INVALID = "invalid_request_error";
    private static final String SERVER = "server_error";

    static ErrorMapping of(ApiError error) {
        return switch (error) {
            case InvalidRequest e -> invalid(400, e.code(), e.param(), e.message(), ViewError.BAD_REQUEST);
            case MissingField e ->
                invalid(400, "missing_required_parameter", e.param(), e.message(), ViewError.PROPERTIES_MISSING);
            case InvalidFields e ->
                invalid(400, "invalid_request", null, "Invalid request format", ViewError.BAD_REQUEST);
            case MissingBody e -> invalid(400, null, null, "A JSON request body is required.", ViewError.BODY_MISSING);
            case MalformedBody e -> invalid(400, "invalid_json", null, e.message(), ViewError.DESERIALIZATION);
            case Unauthenticated e ->
                new ErrorMapping(
                        401,
                        "authentication_error",
                        "invalid_api_key",
                        null,
                        "Incorrect or missing access key. Send it as 'Authorization: Bearer <key>'.",
                        ViewError.AUTHENTICATION);
            case ModelNotFound e ->
                new ErrorMapping(
                        404,
                        "not_found_error",
                        "model_not_found",
                        "model",
                        "The model '" + e.model() + "' does not exist or you do not have access to it.",
                        ViewError.NOT_FOUND);
            case PathNotFound e ->
                new ErrorMapping(
                        404, "not_found_error", "unknown_url", null, "Nothing is served here.", ViewError.NOT_FOUND);
            case MethodNotAllowed e ->
                invalid(405, "method_not_allowed", null, "Allowed here: " + e.allowed() + ".", ViewError.BAD_REQUEST);
            case RequestTimeout e ->
                invalid(408, "request_timeout", null, "The request did not arrive in time.", ViewError.TIMEOUT);
            case BodyTooLarge e ->
                invalid(
                        413,
                        "request_too_large",
                        null,
                        "The request body is too large (expected: at most " + e.limitBytes() + " bytes).",
                        ViewError.TOO_LARGE);
            case UnsupportedMediaType e ->
                invalid(415, "unsupported_media_type", null, e.message(), ViewError.BAD_REQUEST);
            case Overloaded e ->
                new ErrorMapping(503, "overloaded_error", "overloaded", null, e.message(), ViewError.NO_ORIGIN);
            case EngineLost e ->
                new ErrorMapping(
                        502,
                        SERVER,
                        "engine_lost",
                        null,
                        "The engine that was answering is gone; send the request again.",
                        ViewError.NO_ORIGIN);
            case EngineFailed e ->
                new ErrorMapping(500, SERVER, "engine_failed", null, e.message(), ViewError.INTERNAL);
            case DeadlineExceeded e ->
                new ErrorMapping(
                        408,
                        SERVER,
                        "deadline_exceeded",
                        null,
                        "The answer was not complete within the time that the request allows.",
                        ViewError.TIMEOUT);
            case StoreUnavailable e ->
                new ErrorMapping(
                        503,
                        "overloaded_error",
                        "store_unavailable",
                        null,
                        "Access keys and configs cannot be read at the moment.",
                        ViewError.NO_ORIGIN);
            case Internal e ->
                new ErrorMapping(500, SERVER, "internal_error", null, "Internal server error", ViewError.INTERNAL);
        };
    }

    private static ErrorMapping invalid(
            int status, @Nullable String code, @Nullable String param, String message, ViewError view) {
        return new ErrorMapping(status, INVALID, code, param, message, view);
    }

    /** The names and fixed texts of the View platform's error table. */
    enum ViewError {
        BAD_REQUEST(
                "BadRequest",
                "We were unable to discern your request.  Please check your URL, query, and request body."),
        PROPERTIES_MISSING("RequiredPropertiesMissing", "A required property was missing from the request."),
        BODY_MISSING("RequestBodyMissing", "A request body is required for this operation."),
        DESERIALIZATION("DeserializationError", "Your request body was invalid and could not be deserialized."),
        AUTHENTICATION("AuthenticationFailed", "Your authentication material was not accepted."),
        NOT_FOUND("NotFound", "The requested resource was not found."),
        TIMEOUT("Timeout", "The request was not completed within the specified timeout interval."),
        TOO_LARGE("TooLarge", "The size of your request exceeds the maximum allowed by this server."),
        NO_ORIGIN("BadGateway", "Your request is unable to be serviced as there are no origin servers available."),
        INTERNAL("InternalError", "An internal error has been encountered.");

        final String label;
        final String text;

        ViewError(String label, String text) {
            this.label = label;
            this.text = text;
        }
    }
}
