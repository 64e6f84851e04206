package io.insula.api.http;

import io.insula.api.error.ApiError;
import io.insula.api.error.ErrorForm;
import io.insula.api.error.RequestFailure;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers every failed request, in the form of its routes, and never with what the failure was made of inside. */
final class ErrorResponder {

    private static final Logger LOG = LoggerFactory.getLogger(ErrorResponder.class);

    private final int drainBytes;

    /**
     * @param drainBytes how much of a refused body is read, so that the client can read the refusal on a connection that
     *     stays usable; a client that sends more is disconnected
     */
    ErrorResponder(int drainBytes) {
        this.drainBytes = drainBytes;
    }

    /** The router's failure handler. */
    void handle(RoutingContext context) {
        respond(context, error(context.failure(), context.statusCode()));
    }

    void respond(RoutingContext context, ApiError error) {
        HttpServerResponse response = context.response();
        if (response.headWritten() || response.closed()) {
            if (!response.ended() && !response.closed()) {
                response.reset();
            }
            return;
        }
        ErrorForm form = Exchange.of(context).errors;
        response.setStatusCode(ErrorForm.status(error)).putHeader("Content-Type", "application/json");
        switch (error) {
            case ApiError.Unauthenticated e -> response.putHeader("WWW-Authenticate", "Bearer");
            case ApiError.MethodNotAllowed e -> response.putHeader("Allow", e.allowed());
            case ApiError.Overloaded e -> response.putHeader("Retry-After", seconds(e.retryAfter()));
            case ApiError.StoreUnavailable e -> response.putHeader("Retry-After", "1");
            default -> {}
        }
        Buffer body = Buffer.buffer(form.body(error).toArray());
        HttpServerRequest request = context.request();
        boolean unread = !request.isEnded();
        if (unread && declaredTooLong(request) && request.version() != HttpVersion.HTTP_2) {
            response.putHeader("Connection", "close");
        }
        response.end(body);
        if (unread) {
            drain(request);
        }
    }

    private ApiError error(@Nullable Throwable failure, int status) {
        if (failure instanceof RequestFailure expected) {
            return expected.error();
        }
        if (failure == null && status >= 400 && status < 500) {
            return new ApiError.InvalidRequest("The request cannot be read.", null, null);
        }
        LOG.error("a request failed for a reason that no error names", failure);
        return new ApiError.Internal();
    }

    private boolean declaredTooLong(HttpServerRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null || length.length() > 9 || Long.parseLong(length) > drainBytes;
    }

    private void drain(HttpServerRequest request) {
        long[] read = {0};
        request.handler(chunk -> {
            read[0] += chunk.length();
            if (read[0] > drainBytes) {
                request.handler(ignored -> {});
                request.connection().close();
            }
        });
        request.resume();
    }

    private static String seconds(Duration wait) {
        return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
    }
}
