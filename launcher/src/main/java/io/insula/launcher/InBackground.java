package io.insula.launcher;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** Runs blocking steps of the start beside each other, each on a thread of its own. */
final class InBackground {

    private InBackground() {}

    static <T> CompletableFuture<T> supply(Supplier<T> work) {
        return CompletableFuture.supplyAsync(
                work, task -> Thread.ofPlatform().daemon().start(task));
    }
}
