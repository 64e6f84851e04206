package io.insula.store.postgres;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.TenantId;
import io.insula.store.AssistantConfig;
import io.insula.store.AssistantConfigs;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Assistant configs in PostgreSQL; every call takes the same number of statements, whatever it finds. */
final class PostgresAssistantConfigs implements AssistantConfigs {

    private static final String SELECT = """
            select id, tenant_id, name, model, system_prompt, temperature, top_p, max_tokens, created_at
            from insula.assistant_config where tenant_id = $1""";
    private static final Pattern ID = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final Sessions sessions;

    PostgresAssistantConfigs(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Future<Optional<AssistantConfig>> find(TenantId tenant, String idOrName) {
        @Nullable UUID id = ID.matcher(idOrName).matches() ? UUID.fromString(idOrName) : null;
        // PostgreSQL knows no NUL in a text; null equals nothing, and is asked for like everything else.
        @Nullable String name = id == null && AssistantConfig.canBeCalled(idOrName) ? idOrName : null;
        return sessions.inTenant(
                tenant,
                connection -> connection
                        .preparedQuery(SELECT + " and (id = $2 or lower(name) = lower($3))")
                        .mapping(PostgresAssistantConfigs::config)
                        .execute(Tuple.of(tenant.value(), id, name))
                        .map(rows ->
                                StreamSupport.stream(rows.spliterator(), false).findFirst()));
    }

    @Override
    public Future<List<AssistantConfig>> list(TenantId tenant) {
        return sessions.inTenant(
                tenant,
                connection -> connection
                        .preparedQuery(SELECT + " order by created_at desc, id")
                        .mapping(PostgresAssistantConfigs::config)
                        .execute(Tuple.of(tenant.value()))
                        .map(rows ->
                                StreamSupport.stream(rows.spliterator(), false).toList()));
    }

    private static AssistantConfig config(Row row) {
        return new AssistantConfig(
                new ConfigId(row.getUUID("id")),
                new TenantId(row.getUUID("tenant_id")),
                row.getString("name"),
                new ModelName(row.getString("model")),
                row.getString("system_prompt"),
                row.getDouble("temperature"),
                row.getDouble("top_p"),
                row.getInteger("max_tokens"),
                row.getOffsetDateTime("created_at").toInstant());
    }
}
