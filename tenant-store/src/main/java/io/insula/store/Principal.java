package io.insula.store;

import io.insula.protocol.TenantId;
import java.util.UUID;

/**
 * Who a valid access key speaks for.
 *
 * @param key the access key's id, for the ledger; never the key itself
 * @param tenant the tenant whose objects it may see
 * @param weight more than 0; the tenant's share of an engine, relative to the other tenants'
 * @param user the user it was issued to
 * @param builtIn true for the well-known key of the embedded database, which is good on loopback only
 */
public record Principal(UUID key, TenantId tenant, double weight, UUID user, boolean builtIn) {

    /** The share of a tenant that was given no other. */
    public static final double DEFAULT_WEIGHT = 1;
}
