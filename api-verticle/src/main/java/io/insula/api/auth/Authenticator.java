package io.insula.api.auth;

import io.insula.api.error.ApiError;
import io.insula.protocol.TenantId;
import io.insula.store.AccessKeys;
import io.insula.store.Principal;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides who a request is from; every refusal is the same {@link ApiError.Unauthenticated}, after the same store calls.
 *
 * <p>Credentials are {@code Authorization: Bearer <key>} and {@code x-token: <key>}. Two valid ones of different
 * principals are refused; an invalid one beside a valid one is ignored, because clients send a default bearer always.
 */
public final class Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(Authenticator.class);
    private static final Pattern GUID =
            Pattern.compile("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
    private static final String BEARER = "bearer ";

    private final AccessKeys keys;
    private final LoopbackRule loopback;

    public Authenticator(AccessKeys keys, LoopbackRule loopback) {
        this.keys = keys;
        this.loopback = loopback;
    }

    /**
     * Names the caller of a route that takes the tenant from the key.
     *
     * @return fails with {@link ApiError.Unauthenticated} or {@link ApiError.StoreUnavailable}
     */
    public Future<Caller> authenticate(HttpServerRequest request, Keyless keyless) {
        boolean local = loopback.allows(request);
        return principal(request.headers(), local).map(principal -> {
            if (principal.isPresent()) {
                return caller(principal.get());
            }
            if (keyless == Keyless.ON_LOOPBACK && local) {
                return new Caller(TenantId.DEFAULT, Principal.DEFAULT_WEIGHT, null);
            }
            throw new ApiError.Unauthenticated().failure();
        });
    }

    /**
     * Names the caller of a route whose path names the tenant.
     *
     * @param tenant the path's tenant, of any form
     * @return fails with {@link ApiError.Unauthenticated} or {@link ApiError.StoreUnavailable}
     */
    public Future<Caller> authenticate(HttpServerRequest request, String tenant) {
        Optional<TenantId> named =
                GUID.matcher(tenant).matches() ? Optional.of(new TenantId(UUID.fromString(tenant))) : Optional.empty();
        return principal(request.headers(), loopback.allows(request))
                .map(principal -> principal
                        .filter(found -> named.isPresent() && named.get().equals(found.tenant()))
                        .map(Authenticator::caller)
                        .orElseThrow(() -> new ApiError.Unauthenticated().failure()));
    }

    private Future<Optional<Principal>> principal(MultiMap headers, boolean local) {
        Future<Optional<Principal>> bearer = lookUp(bearer(headers.getAll("Authorization")), local);
        Future<Optional<Principal>> token = lookUp(single(headers.getAll("x-token")), local);
        return Future.join(bearer, token).transform(both -> {
            if (both.succeeded()) {
                return Future.succeededFuture(agreed(bearer.result(), token.result()));
            }
            // A known credential stands alone beside one that the store cannot be asked about.
            Optional<Principal> known = known(bearer).or(() -> known(token));
            if (known.isPresent()) {
                return Future.succeededFuture(known);
            }
            LOG.warn("access keys cannot be read; requests are answered 503: {}", String.valueOf(both.cause()));
            return Future.failedFuture(new ApiError.StoreUnavailable().failure());
        });
    }

    private static Optional<Principal> known(Future<Optional<Principal>> credential) {
        return credential.succeeded() ? credential.result() : Optional.empty();
    }

    private static Optional<Principal> agreed(Optional<Principal> bearer, Optional<Principal> token) {
        if (bearer.isPresent() && token.isPresent() && !bearer.equals(token)) {
            throw new ApiError.Unauthenticated().failure();
        }
        return bearer.or(() -> token);
    }

    private Future<Optional<Principal>> lookUp(@Nullable String presented, boolean local) {
        if (presented == null) {
            return Future.succeededFuture(Optional.empty());
        }
        return keys.find(presented).map(found -> found.filter(principal -> local || !principal.builtIn()));
    }

    private static @Nullable String bearer(List<String> headers) {
        String header = single(headers);
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            return null;
        }
        String key = header.substring(BEARER.length()).strip();
        return key.isEmpty() ? null : key;
    }

    private static @Nullable String single(List<String> headers) {
        return headers.size() == 1 && !headers.getFirst().isEmpty() ? headers.getFirst() : null;
    }

    private static Caller caller(Principal principal) {
        return new Caller(principal.tenant(), principal.weight(), principal.key());
    }
}
