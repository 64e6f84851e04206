package io.insula.api.http;

import io.insula.api.error.ApiError;
import io.insula.api.error.ErrorForm;
import io.insula.api.error.RequestFailure;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
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

    private final Vertx vertx;
    private final int drainBytes;
    private final long drainMillis;

    /**
     * @param drainBytes how much of a refused body is read, so that the client can read the refusal on a connection that
     *     stays usable; a client that sends more is disconnected
     * @param drainMillis how long it is read; a client that needs more is disconnected
     */
    ErrorResponder(Vertx vertx, int drainBytes, long drainMillis) {
        this.vertx = vertx;
        this.drainBytes = drainBytes;
        this.drainMillis = drainMillis;
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
        HttpServerRequest request = context.request();
        boolean unread = !request.isEnded();
        boolean tooSlow = error instanceof ApiError.RequestTimeout;
        if (unread && (tooSlow || declaredTooLong(request)) && request.version() != HttpVersion.HTTP_2) {
            response.putHeader("Connection", "close");
        }
        Future<Void> sent = response.end(form.body(error).toBuffer());
        if (unread && tooSlow) {
            sent.onComplete(done -> disconnect(context));
        } else if (unread) {
            drain(context);
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

    private void drain(RoutingContext context) {
        HttpServerRequest request = context.request();
        long timer = vertx.setTimer(drainMillis, id -> disconnect(context));
        long[] read = {0};
        request.handler(chunk -> {
            read[0] += chunk.length();
            if (read[0] > drainBytes) {
                request.handler(ignored -> {});
                disconnect(context);
            }
        });
        request.endHandler(ended -> vertx.cancelTimer(timer));
        request.exceptionHandler(broken -> vertx.cancelTimer(timer));
        request.resume();
    }

    /** Of HTTP/2 only the stream, for others may share the connection; the upgrading request's body is the connection. */
    private static void disconnect(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() == HttpVersion.HTTP_2 && request.response().streamId() != 1) {
            request.response().reset();
        } else {
            request.connection().close();
        }
    }

    private static String seconds(Duration wait) {
        return Long.toString(Math.max(1, wait.plusMillis(999).toSeconds()));
    }
}
