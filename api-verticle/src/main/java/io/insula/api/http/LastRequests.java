package io.insula.api.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Answers what still comes to a node that is about to stop, and sends its clients away with the answer: HTTP/1.1 by
 * {@code Connection: close}, HTTP/2 by GOAWAY.
 *
 * @param leaving whether the node is about to stop
 * @param next answers every request
 */
record LastRequests(BooleanSupplier leaving, Handler<HttpServerRequest> next) implements Handler<HttpServerRequest> {

    /** The server's own shutdown is over long before. */
    private static final long UNBOUNDED_HOURS = 24;

    @Override
    public void handle(HttpServerRequest request) {
        if (leaving.getAsBoolean()) {
            if (request.version() != HttpVersion.HTTP_2) {
                request.response().putHeader("Connection", "close");
            }
            // It ends with the answers that are on their way.
            request.connection().shutdown(UNBOUNDED_HOURS, TimeUnit.HOURS);
        }
        next.handle(request);
    }
}
