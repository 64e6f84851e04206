package io.insula.inference.admission;

import io.vertx.core.Future;
import java.util.concurrent.Callable;

/** Runs the rendering of a prompt away from the event loop, and gives the result back on it. */
@FunctionalInterface
public interface PromptRenderer {

    /** The prompt's tokens. */
    Future<int[]> render(Callable<int[]> rendering);
}
