package io.insula.api.http;

import io.insula.api.error.ApiError;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of an authenticated request: JSON, not compressed, of bounded size, within a bounded time. */
final class BodyReader {

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
        new Reading(context).start();
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
    private final class Reading {

        private final RoutingContext context;
        private final HttpServerRequest request;
        private final Buffer body = Buffer.buffer();
        private long timer;
        private boolean done;

        Reading(RoutingContext context) {
            this.context = context;
            this.request = context.request();
        }

        void start() {
            request.handler(this::append);
            request.endHandler(ended -> {
                if (finish()) {
                    Exchange.of(context).read(body);
                    context.next();
                }
            });
            request.exceptionHandler(broken -> finish());
            if (request.isEnded()) {
                context.next();
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
            if (body.length() + (long) chunk.length() > maxBytes) {
                fail(new ApiError.BodyTooLarge(maxBytes));
            } else {
                body.appendBuffer(chunk);
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
