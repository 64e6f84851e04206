package io.insula.api.auth;

import io.insula.protocol.TenantId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whom a request is answered for.
 *
 * @param tenant the only tenant whose objects it may see
 * @param key the access key's id; null for a keyless request on loopback
 */
public record Caller(TenantId tenant, @Nullable UUID key) {}
