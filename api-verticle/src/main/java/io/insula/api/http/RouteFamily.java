package io.insula.api.http;

import io.insula.api.auth.Keyless;
import io.insula.api.error.ErrorForm;
import io.insula.api.openai.ChatDialect;

/**
 * Routes that share a prefix, a dialect and a form of errors.
 *
 * @param prefix the path before {@code /chat/completions}; may hold {@code :tenant}
 * @param tenantInPath whether the path, not only the key, names the tenant
 * @param models whether embeddings are served and models listed
 */
record RouteFamily(
        String prefix, boolean tenantInPath, boolean models, Keyless keyless, ErrorForm errors, ChatDialect dialect) {}
