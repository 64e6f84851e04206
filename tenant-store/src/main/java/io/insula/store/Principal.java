package io.insula.store;

import io.insula.protocol.TenantId;
import java.util.UUID;

/**
 * Who a valid access key speaks for.
 *
 * @param key the access key's id, for the ledger; never the key itself
 * @param tenant the tenant whose objects it may see
 * @param user the user it was issued to
 * @param builtIn true for the well-known key of the embedded database, which is good on loopback only
 */
public record Principal(UUID key, TenantId tenant, UUID user, boolean builtIn) {}
