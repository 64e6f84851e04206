package io.insula.api.http;

import io.insula.api.error.ApiError;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of an authenticated request: JSON, not compressed, of bounded size, within a bounded time. */
final class BodyReader {

    private static final int UPGRADED_STREAM = 1;

    private final Vertx vertx;
    private final int maxBytes;
    private final long timeoutMillis;

    BodyReader(Vertx vertx, HttpConfig config) {
        this.vertx = vertx;
        this.maxBytes = config.maxBodyBytes();
        this.timeoutMillis = config.bodyTimeout().toMillis();
    }

    void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        ApiError refusal = refusal(request);
        if (refusal != null) {
            context.fail(refusal.failure());
            return;
        }
        Exchange exchange = Exchange.of(context);
        Reading held = exchange.heldBody();
        (held == null ? new Reading(context) : held).proceed();
    }

    /**
     * Keeps a body from flowing in until its caller is known.
     *
     * <p>The body of a request that upgrades its connection to HTTP/2 comes outside of HTTP/2's flow control and cannot
     * be stopped: what has come is kept, within the limit.
     */
    void hold(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() == HttpVersion.HTTP_2 && request.response().streamId() == UPGRADED_STREAM) {
            Exchange.of(context).hold(new Reading(context));
        } else {
            request.pause();
        }
    }

    private @Nullable ApiError refusal(HttpServerRequest request) {
        String encoding = request.getHeader("Content-Encoding");
        if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
            return new ApiError.UnsupportedMediaType("Content-Encoding: not identity (expected: absent)");
        }
        String type = request.getHeader("Content-Type");
        if (type != null && !isJson(type)) {
            return new ApiError.UnsupportedMediaType("Content-Type: not JSON (expected: application/json)");
        }
        String length = request.getHeader("Content-Length");
        boolean tooLong = length != null && (length.length() > 10 || Long.parseLong(length) > maxBytes);
        return tooLong ? new ApiError.BodyTooLarge(maxBytes) : null;
    }

    private static boolean isJson(String type) {
        int parameters = type.indexOf(';');
        String bare =
                (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
        return bare.equals("application/json") || bare.endsWith("+json");
    }

    /** One body on its way in. */
    final class Reading {

        private final RoutingContext context;
        private final HttpServerRequest request;
        private final Buffer body = Buffer.buffer();
        private long timer = -1;
        private boolean wanted;
        private boolean complete;
        private boolean done;

        private Reading(RoutingContext context) {
            this.context = context;
            this.request = context.request();
            request.handler(this::append);
            request.endHandler(ended -> {
                complete = true;
                deliver();
            });
            request.exceptionHandler(broken -> finish());
        }

        private void proceed() {
            wanted = true;
            if (complete || request.isEnded()) {
                complete = true;
                deliver();
                return;
            }
            timer = vertx.setTimer(timeoutMillis, id -> fail(new ApiError.RequestTimeout()));
            if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
                context.response().writeContinue();
            }
            request.resume();
        }

        private void append(Buffer chunk) {
            if (done) {
                return;
            }
            if (body.length() + (long) chunk.length() <= maxBytes) {
                body.appendBuffer(chunk);
            } else if (wanted) {
                fail(new ApiError.BodyTooLarge(maxBytes));
            } else {
                finish();
                request.connection().close();
            }
        }

        private void deliver() {
            if (wanted && complete && finish()) {
                Exchange.of(context).read(body);
                context.next();
            }
        }

        private void fail(ApiError error) {
            if (finish()) {
                context.fail(error.failure());
            }
        }

        private boolean finish() {
            if (done) {
                return false;
            }
            done = true;
            vertx.cancelTimer(timer);
            return true;
        }
    }
}
