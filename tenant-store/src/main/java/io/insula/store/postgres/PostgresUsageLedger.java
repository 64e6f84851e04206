package io.insula.store.postgres;

import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.store.UsageEntry;
import io.insula.store.UsageLedger;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlResult;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The usage ledger in PostgreSQL; a batch is one statement, and a row that is there already stays as it is.
 *
 * <p>Only where rows of a batch were there already is it looked whether one of those is provisional and has to give way: on
 * behalf of each tenant, since nobody sees or changes the rows of several.
 */
final class PostgresUsageLedger implements UsageLedger {

    private static final String INSERT = "insert into insula.usage_event (" + UsageColumns.NAMES + ") select * from "
            + UsageColumns.UNNESTED + " on conflict do nothing";

    private static final String SETTLE = """
            update insula.usage_event there
            set prompt_tokens = new.prompt_tokens, completion_tokens = new.completion_tokens,
                cached_tokens = new.cached_tokens, queued_micros = new.queued_micros,
                first_token_micros = new.first_token_micros, total_micros = new.total_micros, finish = new.finish,
                attempts = new.attempts, provisional = new.provisional, recorded_at = now()
            from\s""" + UsageColumns.UNNESTED + " as new (" + UsageColumns.NAMES + ")" + """

            where there.started_at = new.started_at and there.request_id = new.request_id and there.provisional
                and (not new.provisional or new.attempts > there.attempts)""";

    private final Sessions sessions;

    PostgresUsageLedger(Sessions sessions) {
        this.sessions = sessions;
    }

    @Override
    public Future<Void> append(List<UsageEntry> entries) {
        if (entries.isEmpty()) {
            return Future.succeededFuture();
        }
        return sessions.ask(client -> client.preparedQuery(INSERT)
                        .execute(UsageColumns.of(entries))
                        .map(SqlResult::rowCount))
                .compose(inserted -> inserted == entries.size() ? Future.succeededFuture() : settle(entries));
    }

    private Future<Void> settle(List<UsageEntry> entries) {
        Future<Void> settled = Future.succeededFuture();
        for (Map.Entry<TenantId, List<UsageEntry>> ofTenant : best(entries).entrySet()) {
            settled = settled.compose(done -> sessions.inTenant(
                    ofTenant.getKey(),
                    connection -> connection
                            .preparedQuery(SETTLE)
                            .execute(UsageColumns.of(ofTenant.getValue()))
                            .mapEmpty()));
        }
        return settled;
    }

    /** Of each request the row that outranks the batch's others: an update takes any of several. */
    private static Map<TenantId, List<UsageEntry>> best(Collection<UsageEntry> entries) {
        Map<RequestId, UsageEntry> best = new LinkedHashMap<>();
        for (UsageEntry entry : entries) {
            best.merge(entry.request(), entry, (first, next) -> next.outranks(first) ? next : first);
        }
        Map<TenantId, List<UsageEntry>> byTenant = new HashMap<>();
        best.values()
                .forEach(entry -> byTenant.computeIfAbsent(entry.tenant(), tenant -> new ArrayList<>())
                        .add(entry));
        return byTenant;
    }
}
