package io.insula.inference.admission;

import io.vertx.core.Future;
import java.util.concurrent.Callable;

/** Runs the preparation of an answer away from the event loop, and gives the result back on it. */
@FunctionalInterface
public interface PromptRenderer {

    /**
     * The prompt's tokens and what the answer has to match.
     *
     * @param compiles whether a grammar may have to be compiled, which may take long: nobody else's prompt waits for that
     */
    Future<PreparedAnswer> render(Callable<PreparedAnswer> rendering, boolean compiles);
}
