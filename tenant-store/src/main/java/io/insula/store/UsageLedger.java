package io.insula.store;

import io.vertx.core.Future;
import java.util.List;

/**
 * Appends usage rows; exactly one stays for each request, however often it is appended: the first, until one
 * {@linkplain UsageEntry#outranks outranks} it.
 */
public interface UsageLedger {

    /** Writes a batch; on failure none or some are written, and appending the batch again is safe. */
    Future<Void> append(List<UsageEntry> entries);
}
