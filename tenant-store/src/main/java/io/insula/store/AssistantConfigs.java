package io.insula.store;

import io.insula.protocol.TenantId;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/** A tenant's assistant configs; another tenant's are as good as absent. */
public interface AssistantConfigs {

    /**
     * Finds a config by its id or its name.
     *
     * @param idOrName what the client sent as {@code model}
     */
    Future<Optional<AssistantConfig>> find(TenantId tenant, String idOrName);

    /** All configs of a tenant, newest first. */
    Future<List<AssistantConfig>> list(TenantId tenant);
}
