package io.insula.store.postgres;

import io.insula.protocol.TenantId;
import io.insula.store.KeyDigest;
import io.insula.store.KeyDirectory;
import io.insula.store.KeyGrant;
import io.insula.store.Principal;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.UUID;

/** Access keys in PostgreSQL, found by digest before their tenant is known. */
final class PostgresAccessKeys implements KeyDirectory {

    private final Sessions sessions;

    PostgresAccessKeys(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Future<Optional<KeyGrant>> find(KeyDigest digest) {
        return sessions.ask(client -> client.preparedQuery(
                                "select id, tenant_id, tenant_weight, user_id, built_in, expires_at from insula.find_access_key($1)")
                        .execute(Tuple.of(Buffer.buffer(digest.toBytes()))))
                .map(PostgresAccessKeys::grant);
    }

    @Override
    public Future<Void> add(TenantId tenant, UUID user, String name, KeyDigest digest, String hint) {
        return sessions.inTenant(
                tenant,
                connection -> connection
                        .preparedQuery("""
                        insert into insula.access_key (id, tenant_id, user_id, name, key_hash, key_hint)
                        values ($1, $2, $3, $4, $5, $6)""")
                        .execute(Tuple.of(
                                UUID.randomUUID(), tenant.value(), user, name, Buffer.buffer(digest.toBytes()), hint))
                        .mapEmpty());
    }

    @Override
    public Future<Boolean> revoke(TenantId tenant, UUID key) {
        return sessions.inTenant(
                tenant,
                connection -> connection
                        .preparedQuery("""
                        update insula.access_key set revoked_at = now()
                        where tenant_id = $1 and id = $2 and revoked_at is null""")
                        .execute(Tuple.of(tenant.value(), key))
                        .map(rows -> rows.rowCount() == 1));
    }

    private static Optional<KeyGrant> grant(RowSet<Row> rows) {
        for (Row row : rows) {
            OffsetDateTime expiresAt = row.getOffsetDateTime("expires_at");
            return Optional.of(new KeyGrant(
                    new Principal(
                            row.getUUID("id"),
                            new TenantId(row.getUUID("tenant_id")),
                            row.getDouble("tenant_weight"),
                            row.getUUID("user_id"),
                            row.getBoolean("built_in")),
                    expiresAt == null ? null : expiresAt.toInstant()));
        }
        return Optional.empty();
    }
}
