package io.insula.store;

import io.vertx.core.Future;

/**
 * Takes usage rows so that they reach the ledger whatever becomes of this program.
 *
 * <p><b>Thread:</b> safe on any thread; never blocks.
 */
@FunctionalInterface
public interface UsageKeeper {

    /** Takes a row; completes once it survives this program's death, and fails where that cannot be promised. */
    Future<Void> keep(UsageEntry entry);
}
