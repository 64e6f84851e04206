package io.insula.api.auth;

import io.insula.protocol.TenantId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whom a request is answered for.
 *
 * @param tenant the only tenant whose objects it may see
 * @param weight more than 0; the tenant's share of an engine, relative to the other tenants'
 * @param key the access key's id; null for a keyless request on loopback
 */
public record Caller(
        TenantId tenant, double weight, @Nullable UUID key) {}
