package io.insula.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.insula.store.CacheConfig;
import io.insula.store.UsageEntry;
import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UsageLedgerIT {

    private static final String FIGURES = "concat_ws(' ', completion_tokens, finish, attempts, provisional::text)";

    private final Vertx vertx = Vertx.vertx();
    private final TestDatabase database;
    private final StoreConfig application;
    private final PostgresStore store;

    UsageLedgerIT() throws SQLException {
        database = TestDatabase.fresh();
        application = Migrations.run(database.owner, TestDatabase.PEPPER);
        store = PostgresStore.open(vertx, application, TestDatabase.PEPPER, CacheConfig.DEFAULT);
    }

    @AfterAll
    void close() throws Exception {
        store.close().await(10, TimeUnit.SECONDS);
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void keepsEveryFigureOfARequest() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        UUID key = UUID.randomUUID();
        ConfigId config = new ConfigId(UUID.randomUUID());
        RequestId request = requestAt(Instant.now());
        append(new UsageEntry(request, tenant, key, config, new ModelName("m"), 1, 2, 3, 4, 5, 6, "length", 7));

        assertThat(ledger(
                        tenant,
                        "concat_ws(' ', request_id, key_id, config_id, model, prompt_tokens, completion_tokens,"
                                + " cached_tokens, queued_micros, first_token_micros, total_micros, finish, attempts)"))
                .containsExactly(request + " " + key + " " + config + " m 1 2 3 4 5 6 length 7");
        assertThat(ledger(tenant, "(extract(epoch from started_at) * 1000)::bigint::text"))
                .containsExactly(Long.toString(request.createdAtMillis()));
    }

    @Test
    void leavesOneRowHoweverOftenARequestIsAppended() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        UsageEntry entry = entry(tenant, requestAt(Instant.now()), 10);

        append(entry);
        append(entry, entry);
        append(entry(tenant, entry.request(), 99));

        assertThat(ledger(tenant, "completion_tokens::text")).containsExactly("10");
    }

    @Test
    void appendsOneBatchForManyTenantsEachOfWhichSeesItsOwnRows() throws Exception {
        List<TenantId> tenants =
                Stream.generate(() -> new TenantId(UUID.randomUUID())).limit(5).toList();

        append(tenants.stream()
                .map(tenant -> entry(tenant, requestAt(Instant.now()), 1))
                .toArray(UsageEntry[]::new));

        for (TenantId tenant : tenants) {
            assertThat(ledger(tenant, "tenant_id::text")).containsExactly(tenant.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1999-12-31T23:59:59.999Z", "2199-01-01T00:00:00Z"})
    void takesRowsOfMonthsThatNobodyFoundAPartitionFor(String time) throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());

        append(entry(tenant, requestAt(Instant.parse(time)), 1));

        assertThat(ledger(tenant, "tableoid::regclass::text")).containsExactly("insula.usage_event_default");
    }

    @Test
    void movesRowsOfTheDefaultPartitionIntoTheirMonthOnceItIsMade() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        Instant begin = Instant.parse("2150-03-01T00:00:00Z");
        append(
                entry(tenant, requestAt(begin.minusMillis(1)), 1),
                entry(tenant, requestAt(begin), 2),
                entry(tenant, requestAt(Instant.parse("2150-03-31T23:59:59.999Z")), 3));

        assertThat(TestDatabase.query(
                        database.owner, null, "select insula.ensure_usage_partitions('2150-03-17', 1)::text"))
                .containsExactly("1");
        assertThat(TestDatabase.query(
                        database.owner, null, "select insula.ensure_usage_partitions('2150-03-01', 1)::text"))
                .containsExactly("0");

        assertThat(ledger(tenant, "tableoid::regclass::text"))
                .containsExactlyInAnyOrder(
                        "insula.usage_event_default", "insula.usage_event_2150_03", "insula.usage_event_2150_03");
    }

    @Test
    void hasPartitionsForTheComingYear() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        append(
                entry(tenant, requestAt(Instant.now()), 1),
                entry(tenant, requestAt(Instant.now().plusSeconds(360L * 24 * 3600)), 1));

        assertThat(ledger(tenant, "tableoid::regclass::text")).hasSize(2).doesNotContain("insula.usage_event_default");
    }

    @Test
    void aSilentNodesOwnRowTakesThePlaceOfAnEnginesReport() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        RequestId request = requestAt(Instant.now());

        append(reported(tenant, request, 5, 1));
        assertThat(ledger(tenant, FIGURES)).containsExactly("5 cancelled 1 true");

        append(entry(tenant, request, 10));
        assertThat(ledger(tenant, FIGURES)).containsExactly("10 stop 1 false");
    }

    @Test
    void anEnginesReportChangesNoRowOfANodesOwn() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        RequestId request = requestAt(Instant.now());

        append(entry(tenant, request, 10));
        append(reported(tenant, request, 99, 9));

        assertThat(ledger(tenant, FIGURES)).containsExactly("10 stop 1 false");
    }

    @Test
    void ofSeveralReportsTheLatestAttemptsStays() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        RequestId request = requestAt(Instant.now());

        append(reported(tenant, request, 5, 2));
        append(reported(tenant, request, 3, 1));
        assertThat(ledger(tenant, FIGURES)).containsExactly("5 cancelled 2 true");

        append(reported(tenant, request, 8, 3), entry(tenant, requestAt(Instant.now()), 1));
        assertThat(ledger(tenant, FIGURES)).containsExactlyInAnyOrder("8 cancelled 3 true", "1 stop 1 false");
    }

    @Test
    void rowsOfOneRequestWithinABatchAreSettledToo() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        RequestId request = requestAt(Instant.now());

        append(
                reported(tenant, request, 5, 2),
                entry(tenant, request, 10),
                reported(tenant, request, 3, 1),
                reported(new TenantId(UUID.randomUUID()), requestAt(Instant.now()), 7, 1));

        assertThat(ledger(tenant, FIGURES)).containsExactly("10 stop 1 false");
    }

    @Test
    void aRowThatIsNotProvisionalCannotBeChanged() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        append(entry(tenant, requestAt(Instant.now()), 10));

        TestDatabase.query(application, tenant, "update insula.usage_event set completion_tokens = 0");

        assertThat(ledger(tenant, FIGURES)).containsExactly("10 stop 1 false");
    }

    @Test
    void aProvisionalRowCannotBeChangedForAnotherTenant() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        append(reported(tenant, requestAt(Instant.now()), 10, 1));

        TestDatabase.query(
                application, new TenantId(UUID.randomUUID()), "update insula.usage_event set completion_tokens = 0");

        assertThat(ledger(tenant, FIGURES)).containsExactly("10 cancelled 1 true");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "length", "tool_calls", "cancelled", "error"})
    void takesEveryWayToEnd(String finish) throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());

        append(new UsageEntry(
                requestAt(Instant.now()), tenant, null, null, new ModelName("m"), 1, 2, 0, 0, 0, 0, finish, 1));

        assertThat(ledger(tenant, "finish")).containsExactly(finish);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update insula.usage_event set tenant_id = gen_random_uuid()",
                "update insula.usage_event set request_id = gen_random_uuid()",
                "update insula.usage_event set model = 'x'",
                "delete from insula.usage_event",
                "truncate insula.usage_event"
            })
    void letsTheRunningProgramChangeNothing(String statement) {
        assertThatThrownBy(() -> TestDatabase.query(application, new TenantId(UUID.randomUUID()), statement))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("permission denied");
    }

    @Test
    void takesTheRowsOfAWriter() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        UsageWriter writer = new UsageWriter(vertx, store.usage(), UsageWriterConfig.DEFAULT);

        IntStream.range(0, 1200).forEach(i -> writer.record(entry(tenant, requestAt(Instant.now()), i)));
        writer.close().await(10, TimeUnit.SECONDS);

        assertThat(ledger(tenant, "request_id::text")).hasSize(1200);
        assertThat(writer.pending()).isZero();
        assertThat(writer.written()).isEqualTo(1200);
        assertThat(writer.lost()).isZero();
    }

    private void append(UsageEntry... entries) throws Exception {
        store.usage().append(List.of(entries)).await(10, TimeUnit.SECONDS);
    }

    private List<String> ledger(TenantId tenant, String column) throws SQLException {
        return TestDatabase.query(application, tenant, "select " + column + " from insula.usage_event");
    }

    private static UsageEntry reported(TenantId tenant, RequestId request, int completionTokens, int attempts) {
        return new UsageEntry(
                request,
                tenant,
                null,
                null,
                new ModelName("m"),
                1,
                completionTokens,
                0,
                0,
                0,
                0,
                "cancelled",
                attempts,
                true);
    }

    static UsageEntry entry(TenantId tenant, RequestId request, int completionTokens) {
        return new UsageEntry(
                request, tenant, null, null, new ModelName("m"), 1, completionTokens, 0, 0, 0, 0, "stop", 1);
    }

    /** A UUIDv7 of a moment. */
    static RequestId requestAt(Instant time) {
        UUID random = UUID.randomUUID();
        long most = (time.toEpochMilli() << 16) | 0x7000 | (random.getMostSignificantBits() & 0xfff);
        return new RequestId(new UUID(most, random.getLeastSignificantBits()));
    }
}
