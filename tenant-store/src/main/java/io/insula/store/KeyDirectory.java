package io.insula.store;

import io.insula.protocol.TenantId;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.UUID;

/** Keeps access keys by their digest; never sees a key in clear. */
public interface KeyDirectory {

    /** Answers a revoked, expired or inactive key, user or tenant like an unknown key, with one call to the store. */
    Future<Optional<KeyGrant>> find(KeyDigest digest);

    /**
     * Adds a key of a user.
     *
     * @param hint the key's last four characters, for people to tell their keys apart
     */
    Future<Void> add(TenantId tenant, UUID user, String name, KeyDigest digest, String hint);

    /** Ends a key for good; false when the tenant has no such key in use. */
    Future<Boolean> revoke(TenantId tenant, UUID key);
}
