package io.insula.store.postgres;

import io.insula.store.UsageEntry;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Usage rows as one array for each column of the ledger: a batch is one statement. */
final class UsageColumns {

    /** The rows of {@link #of} as a table, whose columns are in the ledger's order. */
    static final String UNNESTED = """
            unnest(
                $1::timestamptz[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::int[], $8::int[],
                $9::int[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::int[], $15::boolean[])""";

    static final String NAMES = """
            started_at, request_id, tenant_id, key_id, config_id, model, prompt_tokens, completion_tokens, cached_tokens,
            queued_micros, first_token_micros, total_micros, finish, attempts, provisional""";

    private UsageColumns() {}

    static Tuple of(List<UsageEntry> entries) {
        Tuple columns = Tuple.tuple();
        columns.addValue(column(entries, UsageColumns::startedAt, OffsetDateTime[]::new));
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
        columns.addValue(column(entries, UsageEntry::provisional, Boolean[]::new));
        return columns;
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
