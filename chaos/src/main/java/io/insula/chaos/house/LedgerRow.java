package io.insula.chaos.house;

import java.time.Instant;
import java.util.UUID;

/**
 * What the ledger says of a request.
 *
 * @param attempts engines that worked on it
 * @param recorded when the row was written
 */
public record LedgerRow(
        UUID request,
        int promptTokens,
        int completionTokens,
        int cachedTokens,
        String finish,
        int attempts,
        Instant recorded) {}
