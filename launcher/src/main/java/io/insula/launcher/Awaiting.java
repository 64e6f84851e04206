package io.insula.launcher;

import io.insula.launcher.config.InsulaConfig;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Blocks the thread that starts and stops the program until a step is done, and explains those that fail. */
record Awaiting(InsulaConfig config, Duration patience) {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** As long as any step may take that builds nothing. */
    Awaiting(InsulaConfig config) {
        this(config, PATIENCE);
    }

    <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage()
                    .toCompletableFuture()
                    .get(patience.plus(config.drainTimeout()).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StartException("Interrupted.");
        } catch (TimeoutException e) {
            throw new StartException("Nothing happened for " + patience.toSeconds() + " s; giving up.");
        } catch (ExecutionException e) {
            throw StartException.because(e.getCause() == null ? e : e.getCause(), config);
        }
    }

    static <T> T joined(CompletableFuture<T> work) {
        try {
            return work.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }
}
