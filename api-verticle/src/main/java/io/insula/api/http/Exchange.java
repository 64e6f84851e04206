package io.insula.api.http;

import io.insula.api.auth.Caller;
import io.insula.api.error.ErrorForm;
import io.insula.protocol.RequestId;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the handlers of one request know beside the request itself, and whether its client still waits. */
final class Exchange {

    private static final String KEY = Exchange.class.getName();

    final RequestId id;
    final long startedNanos;
    ErrorForm errors = ErrorForm.OPENAI;
    String route = "none";
    private @Nullable Caller caller;
    private Buffer body = Buffer.buffer();
    private BodyReader.@Nullable Reading heldBody;
    private Runnable onLeave = () -> {};
    private boolean left;
    private boolean over;

    private Exchange(RequestId id, long startedNanos) {
        this.id = id;
        this.startedNanos = startedNanos;
    }

    /**
     * Starts watching a request.
     *
     * @param log writes the access line, once
     */
    static void open(RoutingContext context, RequestId id, long startedNanos, AccessLog log) {
        Exchange exchange = new Exchange(id, startedNanos);
        context.put(KEY, exchange);
        HttpServerResponse response = context.response().putHeader("x-request-id", id.toString());
        response.endHandler(ended -> exchange.over(context, log));
        response.exceptionHandler(broken -> exchange.gone(context, log));
        response.closeHandler(closed -> exchange.gone(context, log));
    }

    static Exchange of(RoutingContext context) {
        return Objects.requireNonNull(context.<Exchange>get(KEY));
    }

    /** A parameter that the route's path declares. */
    static String pathParam(RoutingContext context, String name) {
        return Objects.requireNonNullElse(context.pathParam(name), "");
    }

    /** What to do when the client leaves before its answer is complete; done at once when it has left already. */
    void onLeave(Runnable action) {
        onLeave = action;
        if (left) {
            action.run();
        }
    }

    /** Treats the client as gone: it left, or is given up. */
    void leave() {
        if (!left) {
            left = true;
            onLeave.run();
        }
    }

    boolean hasLeft() {
        return left;
    }

    void authenticated(Caller authenticated) {
        caller = authenticated;
    }

    @Nullable
    Caller callerOrNull() {
        return caller;
    }

    Caller caller() {
        return Objects.requireNonNull(caller);
    }

    /** Remembers a body that comes in before its caller is known. */
    void hold(BodyReader.Reading reading) {
        heldBody = reading;
    }

    BodyReader.@Nullable Reading heldBody() {
        return heldBody;
    }

    void read(Buffer whole) {
        body = whole;
    }

    Buffer body() {
        return body;
    }

    private void gone(RoutingContext context, AccessLog log) {
        if (!over) {
            // An HTTP/2 stream may be told of as closed before it is told of as ended.
            if (!context.response().ended()) {
                leave();
            }
            over(context, log);
        }
    }

    private void over(RoutingContext context, AccessLog log) {
        if (!over) {
            over = true;
            log.write(context, this);
        }
    }
}
