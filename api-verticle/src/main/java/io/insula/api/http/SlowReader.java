package io.insula.api.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;

/** Waits for a client whose queue is full, and gives it up when it takes nothing for too long. */
final class SlowReader {

    private final Vertx vertx;
    private final RoutingContext context;
    private final long timeoutMillis;
    private final ChatMeters meters;
    private long timer = -1;

    SlowReader(Vertx vertx, RoutingContext context, long timeoutMillis, ChatMeters meters) {
        this.vertx = vertx;
        this.context = context;
        this.timeoutMillis = timeoutMillis;
        this.meters = meters;
    }

    /** Runs an action once the queue has drained. */
    void await(Runnable drained) {
        if (timer >= 0) {
            return;
        }
        start();
        context.response().drainHandler(ignored -> {
            stop();
            drained.run();
        });
    }

    /** Expects the rest of the answer to be taken, until {@link #stop}. */
    void awaitEnd() {
        if (timer < 0) {
            start();
        }
    }

    void stop() {
        if (timer >= 0) {
            vertx.cancelTimer(timer);
            timer = -1;
        }
    }

    private void start() {
        timer = vertx.setTimer(timeoutMillis, id -> giveUp());
    }

    private void giveUp() {
        timer = -1;
        meters.slowReader();
        Exchange.of(context).leave();
        HttpServerResponse response = context.response();
        if (context.request().version() == HttpVersion.HTTP_2) {
            response.reset();
        } else {
            context.request().connection().close();
        }
    }
}
