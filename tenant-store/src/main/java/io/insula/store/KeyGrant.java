package io.insula.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whom a stored key speaks for, and until when.
 *
 * @param expiresAt null for a key that does not expire
 */
public record KeyGrant(Principal principal, @Nullable Instant expiresAt) {

    boolean isGoodAt(Instant time) {
        return expiresAt == null || time.isBefore(expiresAt);
    }
}
