package io.insula.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.ConfigId;
import io.insula.protocol.TenantId;
import io.insula.store.AssistantConfig;
import io.insula.store.AssistantConfigs;
import io.insula.store.CacheConfig;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TenantIsolationIT {

    private final Vertx vertx = Vertx.vertx();
    private final TestDatabase database;
    private final StoreConfig application;
    private final PostgresStore store;
    private final TenantId roma;
    private final TenantId ostia;
    private final ConfigId ofRoma;
    private final ConfigId ofOstia;

    TenantIsolationIT() throws SQLException {
        database = TestDatabase.fresh();
        application = Migrations.run(database.owner, TestDatabase.PEPPER);
        store = PostgresStore.open(vertx, application, TestDatabase.PEPPER, CacheConfig.DEFAULT);
        roma = database.addTenant("Roma");
        ostia = database.addTenant("Ostia");
        ofRoma = database.addConfig(roma, "Forum");
        ofOstia = database.addConfig(ostia, "Harbour");
    }

    @BeforeAll
    void listen() throws Exception {
        store.listening().await(10, TimeUnit.SECONDS);
    }

    @AfterAll
    void close() throws Exception {
        store.close().await(10, TimeUnit.SECONDS);
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void findsAConfigByItsIdAndByItsNameInAnyCase() throws Exception {
        AssistantConfig config = find(roma, ofRoma.toString()).orElseThrow();

        assertThat(config.id()).isEqualTo(ofRoma);
        assertThat(config.tenant()).isEqualTo(roma);
        assertThat(config.name()).isEqualTo("Forum");
        assertThat(config.temperature()).isEqualTo(0.5);
        assertThat(config.systemPrompt()).isNull();
        assertThat(find(roma, "FORUM")).contains(config);
        assertThat(find(roma, ofRoma.toString().toUpperCase(Locale.ROOT))).contains(config);
    }

    @Test
    void hidesTheConfigsOfAnotherTenantByIdAndByName() throws Exception {
        assertThat(find(roma, ofOstia.toString())).isEmpty();
        assertThat(find(roma, "Harbour")).isEmpty();
        assertThat(store.assistantConfigs().list(roma).await(10, TimeUnit.SECONDS))
                .extracting(AssistantConfig::id)
                .containsExactly(ofRoma);
    }

    @Test
    void letsTwoTenantsHaveTheSameIdAndName() throws Exception {
        ConfigId shared = new ConfigId(UUID.randomUUID());
        database.addConfig(roma, shared, "Twin");
        database.addConfig(ostia, shared, "Twin");

        assertThat(find(roma, "Twin").orElseThrow().tenant()).isEqualTo(roma);
        assertThat(find(ostia, shared.toString()).orElseThrow().tenant()).isEqualTo(ostia);
        database.execute(roma, "delete from insula.assistant_config where name = 'Twin'");
    }

    @Test
    void asksTheDatabaseAsOftenForAForeignConfigAsForNone() throws Exception {
        TenantId stranger = database.addTenant("Stranger");
        UUID none = UUID.randomUUID();
        store.caughtUp().await(10, TimeUnit.SECONDS);

        long foreign = callsFor(() -> find(stranger, ofOstia.toString()));
        long absent = callsFor(() -> find(stranger, none.toString()));
        long foreignAgain = callsFor(() -> find(stranger, ofOstia.toString()));
        long absentAgain = callsFor(() -> find(stranger, none.toString()));

        assertThat(foreign).isEqualTo(absent).isEqualTo(1);
        assertThat(foreignAgain).isEqualTo(absentAgain).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"' or 1=1 --", "\0", "Forum\0", "", "%", "Forum'; drop table insula.tenant; --", "\ud800"})
    void findsNothingUnderNamesThatTryTheDatabase(String hostile) throws Exception {
        assertThat(find(roma, hostile)).isEmpty();
        assertThat(new PostgresAssistantConfigs(new Sessions(vertx, application))
                        .find(roma, hostile)
                        .await(10, TimeUnit.SECONDS))
                .isEmpty();
        assertThat(find(roma, "Forum")).isPresent();
    }

    @Test
    void findsNothingUnderAnEndlessName() throws Exception {
        assertThat(find(roma, "x".repeat(1 << 16))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"tenant", "platform_user", "access_key", "assistant_config", "usage_event"})
    void showsNothingToASessionThatNamesNoTenant(String table) throws SQLException {
        String everything = "select t::text from insula." + table + " t";

        assertThat(TestDatabase.query(application, null, everything)).isEmpty();
        assertThat(TestDatabase.query(database.owner, null, everything)).isEmpty();
    }

    @Test
    void showsASessionItsOwnTenantOnlyThoughTheStatementNamesNone() throws SQLException {
        String names = "select name from insula.assistant_config";

        assertThat(TestDatabase.query(application, roma, names)).containsExactly("Forum");
        assertThat(TestDatabase.query(application, ostia, names)).containsExactly("Harbour");
    }

    @Test
    void refusesARowForAnotherTenant() {
        assertThatThrownBy(() -> TestDatabase.query(
                        application,
                        roma,
                        "insert into insula.assistant_config (id, tenant_id, name, model) values (?, ?, 'Trojan', 'm')",
                        UUID.randomUUID(),
                        ostia.value()))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("row-level security");
    }

    @Test
    void worksUnderAnAccountThatOwnsNothingAndIsBound() throws SQLException {
        assertThat(application.user()).isEqualTo(ApplicationRole.NAME);
        assertThat(TestDatabase.query(
                        application,
                        null,
                        "select rolsuper or rolbypassrls or rolcreaterole from pg_roles where rolname = current_user"))
                .isEqualTo(List.of("f"));
        assertThatThrownBy(() ->
                        TestDatabase.query(application, null, "alter table insula.tenant disable row level security"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("owner");
    }

    @Test
    void leavesNoTenantBehindOnAPooledConnection() throws Exception {
        Sessions single = new Sessions(vertx, application.withPoolSize(1));
        AssistantConfigs configs = new PostgresAssistantConfigs(single);

        assertThat(configs.find(roma, "Forum").await(10, TimeUnit.SECONDS)).isPresent();
        assertThat(configs.find(ostia, "Forum").await(10, TimeUnit.SECONDS)).isEmpty();
        assertThat(configs.find(ostia, "Harbour").await(10, TimeUnit.SECONDS)).isPresent();
        single.close().await(10, TimeUnit.SECONDS);
    }

    private Optional<AssistantConfig> find(TenantId tenant, String idOrName) throws Exception {
        return store.assistantConfigs().find(tenant, idOrName).await(10, TimeUnit.SECONDS);
    }

    private long callsFor(Lookup lookup) throws Exception {
        long before = store.storeCalls();
        assertThat(lookup.find()).isEmpty();
        return store.storeCalls() - before;
    }

    private interface Lookup {
        Optional<AssistantConfig> find() throws Exception;
    }
}
