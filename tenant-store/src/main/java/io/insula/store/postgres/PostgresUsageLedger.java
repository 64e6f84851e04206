package io.insula.store.postgres;

import io.insula.store.UsageEntry;
import io.insula.store.UsageLedger;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** The usage ledger in PostgreSQL; a batch is one statement, and a row that is there already stays as it is. */
final class PostgresUsageLedger implements UsageLedger {

    private static final String INSERT = """
            insert into insula.usage_event (
                started_at, request_id, tenant_id, key_id, config_id, model, prompt_tokens, completion_tokens,
                cached_tokens, queued_micros, first_token_micros, total_micros, finish, attempts)
            select * from unnest(
                $1::timestamptz[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::int[],
                $9::int[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::int[])
            on conflict do nothing""";

    private final Sessions sessions;

    PostgresUsageLedger(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Future<Void> append(List<UsageEntry> entries) {
        if (entries.isEmpty()) {
            return Future.succeededFuture();
        }
        Tuple columns = Tuple.tuple();
        columns.addValue(column(entries, PostgresUsageLedger::startedAt, OffsetDateTime[]::new));
        columns.addValue(column(entries, entry -> entry.request().value(), UUID[]::new));
        columns.addValue(column(entries, entry -> entry.tenant().value(), UUID[]::new));
        columns.addValue(column(entries, UsageEntry::key, UUID[]::new));
        columns.addValue(column(
                entries, entry -> entry.config() == null ? null : entry.config().value(), UUID[]::new));
        columns.addValue(column(entries, entry -> entry.model().value(), String[]::new));
        columns.addValue(column(entries, UsageEntry::promptTokens, Integer[]::new));
        columns.addValue(column(entries, UsageEntry::completionTokens, Integer[]::new));
        columns.addValue(column(entries, UsageEntry::cachedTokens, Integer[]::new));
        columns.addValue(column(entries, UsageEntry::queuedMicros, Long[]::new));
        columns.addValue(column(entries, UsageEntry::firstTokenMicros, Long[]::new));
        columns.addValue(column(entries, UsageEntry::totalMicros, Long[]::new));
        columns.addValue(column(entries, UsageEntry::finish, String[]::new));
        columns.addValue(column(entries, UsageEntry::attempts, Integer[]::new));
        return sessions.ask(
                client -> client.preparedQuery(INSERT).execute(columns).mapEmpty());
    }

    private static OffsetDateTime startedAt(UsageEntry entry) {
        return Instant.ofEpochMilli(entry.request().createdAtMillis()).atOffset(ZoneOffset.UTC);
    }

    private static <T> @Nullable T[] column(
            List<UsageEntry> entries,
            Function<UsageEntry, ? extends @Nullable Object> value,
            IntFunction<@Nullable T[]> array) {
        return entries.stream().map(value).toArray(array);
    }
}
