package io.insula.inference;

import io.insula.inference.admission.PreparedAnswer;
import io.insula.inference.admission.PromptRenderer;
import io.insula.protocol.NodeId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Prepares answers on Vert.x's workers, and those that may have to compile a grammar on few of their own, so that prompts never
 * wait for grammars.
 *
 * <p><b>Thread:</b> the verticle's event loop; the workers go with its context.
 */
final class PreparationWorkers implements PromptRenderer {

    /** Grammars that are compiled at once. */
    private static final int COMPILERS = 2;

    private final Vertx vertx;
    private final WorkerExecutor compilers;

    PreparationWorkers(Vertx vertx, NodeId node) {
        this.vertx = vertx;
        this.compilers = vertx.createSharedWorkerExecutor("insula-grammars-" + node, COMPILERS);
    }

    @Override
    public Future<PreparedAnswer> render(Callable<PreparedAnswer> rendering, boolean compiles) {
        Future<@Nullable PreparedAnswer> prepared =
                compiles ? compilers.executeBlocking(rendering, false) : vertx.executeBlocking(rendering, false);
        return prepared.map(Objects::requireNonNull);
    }
}
