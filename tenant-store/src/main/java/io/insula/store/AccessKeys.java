package io.insula.store;

import io.insula.protocol.TenantId;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.UUID;

/** Answers who a presented access key belongs to, and issues new keys. */
public interface AccessKeys {

    /**
     * Looks a presented key up; a revoked, expired or inactive key, user or tenant is answered like an unknown one.
     *
     * @param presented what the client sent, of any content and length
     * @return the principal, or empty; fails with {@link StoreException} only when the store cannot be asked
     */
    Future<Optional<Principal>> find(String presented);

    /**
     * Issues a key of 256 random bits.
     *
     * @return the key in clear, which is shown once and kept nowhere
     */
    Future<String> issue(TenantId tenant, UUID user, String name);
}
