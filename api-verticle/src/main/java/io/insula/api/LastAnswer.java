package io.insula.api;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Knows when all instances of a node's HTTP verticle have given their last answer.
 *
 * <p><b>Thread:</b> any.
 */
final class LastAnswer {

    private final AtomicInteger answering = new AtomicInteger();
    private final Promise<Void> all = Promise.promise();

    /** One more instance will answer. */
    void expect() {
        answering.incrementAndGet();
    }

    /** An instance has given its last answer; completes when all have. */
    Future<Void> given() {
        if (answering.decrementAndGet() == 0) {
            all.tryComplete();
        }
        return all.future();
    }
}
