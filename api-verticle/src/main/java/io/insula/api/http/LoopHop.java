package io.insula.api.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;

/**
 * Brings a future's outcome to the event loop of the verticle, whichever thread completes it.
 *
 * <p>Two instances may wait for one and the same lookup of a shared cache; each must go on where its requests live.
 */
final class LoopHop {

    private final Context loop;

    LoopHop(Context loop) {
        this.loop = loop;
    }

    <T> Future<T> here(Future<T> future) {
        if (future.succeeded()) {
            return Future.succeededFuture(future.result());
        }
        if (future.failed()) {
            return Future.failedFuture(future.cause());
        }
        Promise<T> promise = Promise.promise();
        future.onComplete(outcome -> loop.runOnContext(ignored -> {
            if (outcome.succeeded()) {
                promise.complete(outcome.result());
            } else {
                promise.fail(outcome.cause());
            }
        }));
        return promise.future();
    }
}
