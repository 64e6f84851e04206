package io.insula.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.TenantId;
import io.insula.store.CacheConfig;
import io.insula.store.Pepper;
import io.insula.store.Principal;
import io.insula.store.StoreException;
import io.insula.store.StoreUnavailable;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StartupIT {

    private static final ModelName MODEL = new ModelName("smollm2-135m-instruct");

    @Test
    void givesAnEmbeddedDatabaseItsTenantKeyAndConfigOnce() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        StoreConfig application = Migrations.run(database.owner, TestDatabase.PEPPER);

        Bootstrap.Welcome first = bootstrap(database, FirstKey.BUILT_IN);
        Bootstrap.Welcome second = bootstrap(database, FirstKey.BUILT_IN);

        assertThat(first.newKey()).contains("default");
        assertThat(second.newKey()).isEmpty();
        assertThat(second.tenant()).isEqualTo(first.tenant()).isEqualTo(TenantId.DEFAULT);
        assertThat(second.config()).isEqualTo(first.config());
        assertThat(TestDatabase.query(
                        application,
                        TenantId.DEFAULT,
                        "select concat_ws(' ', (select count(*) from insula.tenant), (select count(*) from"
                                + " insula.platform_user), (select count(*) from insula.access_key), count(*), min(model))"
                                + " from insula.assistant_config"))
                .containsExactly("1 1 1 1 " + MODEL);
        Principal principal = find(application, TestDatabase.PEPPER, "default").orElseThrow();
        assertThat(principal.builtIn()).isTrue();
        assertThat(principal.tenant()).isEqualTo(TenantId.DEFAULT);
    }

    @Test
    void givesAnyOtherDatabaseARandomKeyThatIsShownOnce() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        StoreConfig application = Migrations.run(database.owner, TestDatabase.PEPPER);

        String key = bootstrap(database, FirstKey.RANDOM).newKey().orElseThrow();

        assertThat(bootstrap(database, FirstKey.RANDOM).newKey()).isEmpty();
        assertThat(find(application, TestDatabase.PEPPER, key)).isPresent();
        assertThat(find(application, TestDatabase.PEPPER, "default")).isEmpty();
    }

    @Test
    void keepsTheBuiltInKeyRevokedAndFollowsANewPepper() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        StoreConfig application = Migrations.run(database.owner, TestDatabase.PEPPER);
        bootstrap(database, FirstKey.BUILT_IN);
        Pepper other = Pepper.of(new byte[Pepper.MIN_BYTES]);

        Bootstrap.run(database.owner, other, FirstKey.BUILT_IN, MODEL);
        assertThat(find(application, other, "default")).isPresent();
        assertThat(find(application, TestDatabase.PEPPER, "default")).isEmpty();

        database.execute(TenantId.DEFAULT, "update insula.access_key set revoked_at = now()");
        Bootstrap.run(database.owner, TestDatabase.PEPPER, FirstKey.BUILT_IN, MODEL);
        assertThat(find(application, TestDatabase.PEPPER, "default")).isEmpty();
    }

    @Test
    void letsManyProgramsStartOnAFreshDatabaseAtOnce() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        Callable<Bootstrap.Welcome> start = () -> {
            Migrations.run(database.owner, TestDatabase.PEPPER);
            return bootstrap(database, FirstKey.RANDOM);
        };
        try (ExecutorService programs = Executors.newFixedThreadPool(4)) {
            List<Bootstrap.Welcome> welcomes = programs.invokeAll(List.of(start, start, start, start)).stream()
                    .map(Future::resultNow)
                    .toList();

            assertThat(welcomes.stream().map(Bootstrap.Welcome::config).distinct())
                    .hasSize(1);
            assertThat(welcomes.stream().map(Bootstrap.Welcome::newKey).flatMap(Optional::stream))
                    .hasSize(1);
        }
    }

    @Test
    void worksUnderTheGivenAccountWhereItMayNotCreateAnother() throws Exception {
        // The role exists on the server already when another test came first: then it serves here as well.
        boolean exists = TestDatabase.query(
                        TestDatabase.superuser(), null, "select 1::text from pg_roles where rolname = 'insula_app'")
                .contains("1");
        TestDatabase database = TestDatabase.fresh("nocreaterole");

        StoreConfig application = Migrations.run(database.owner, TestDatabase.PEPPER);

        assertThat(application.user()).isEqualTo(exists ? ApplicationRole.NAME : database.owner.user());
        assertIsolates(database, application);
    }

    @Test
    void worksUnderTheGivenAccountWhereTheOtherCannotLogIn() throws Exception {
        Migrations.run(TestDatabase.fresh().owner, TestDatabase.PEPPER);
        TestDatabase database = TestDatabase.fresh("nocreaterole");

        // Another pepper makes another password, which this account may not set.
        StoreConfig application = Migrations.run(database.owner, Pepper.of(new byte[Pepper.MIN_BYTES]));

        assertThat(application).isEqualTo(database.owner);
        assertIsolates(database, application);
    }

    @Test
    void aProgramThatDoesNotMigrateNeedsNoAccountOfTheOwner() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        StoreConfig migrated = Migrations.run(database.owner, TestDatabase.PEPPER);
        ConfigId config = bootstrap(database, FirstKey.RANDOM).config();

        StoreConfig application = Migrations.applied(database.owner.withCredentials("", ""), TestDatabase.PEPPER);

        assertThat(application).isEqualTo(migrated);
        assertThat(Bootstrap.made(application))
                .isEqualTo(new Bootstrap.Welcome(TenantId.DEFAULT, config, Optional.empty()));
        assertThat(Migrations.applied(migrated, TestDatabase.PEPPER)).isEqualTo(migrated);
    }

    @Test
    void aProgramThatDoesNotMigrateSaysWhatIsMissing() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        assertThatThrownBy(() -> Migrations.applied(database.owner, TestDatabase.PEPPER))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("has no schema of Insula: run 'insula migrate' first");

        StoreConfig application = Migrations.run(database.owner, TestDatabase.PEPPER);
        assertThatThrownBy(() -> Bootstrap.made(application)).hasMessageContaining("run 'insula migrate' first");

        database.execute(
                TenantId.DEFAULT,
                "delete from insula.flyway_schema_history where installed_rank ="
                        + " (select max(installed_rank) from insula.flyway_schema_history where version is not null)");
        assertThatThrownBy(() -> Migrations.applied(application, TestDatabase.PEPPER))
                .hasMessageContaining("has not yet V")
                .hasMessageContaining(".sql: run 'insula migrate' first");
    }

    @Test
    void aProgramOfBeforeGoesOnWithANewerSchema() throws Exception {
        TestDatabase database = TestDatabase.fresh();
        StoreConfig application = Migrations.run(database.owner, TestDatabase.PEPPER);
        database.execute(
                TenantId.DEFAULT,
                "insert into insula.flyway_schema_history (installed_rank, version, description, type, script,"
                        + " installed_by, execution_time, success) values (1000, '999', 'later', 'SQL', 'V999__later.sql',"
                        + " 'owner', 1, true)");

        assertThat(Migrations.applied(application, TestDatabase.PEPPER)).isEqualTo(application);
    }

    @Test
    void tellsAtOnceOfAWrongPasswordAndNeverTheRightOne() throws Exception {
        StoreConfig owner = TestDatabase.fresh().owner;

        assertThatThrownBy(() -> Migrations.run(
                        owner.withCredentials(owner.user(), "wrong-secret"), TestDatabase.PEPPER, Duration.ofHours(1)))
                .isInstanceOf(StoreException.class)
                .isNotInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("wrong-secret");
    }

    @Test
    void waitsForADatabaseThatIsAwayButNotForever() throws Exception {
        StoreConfig away;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            away = StoreConfig.of("postgresql://u:p@127.0.0.1:" + socket.getLocalPort() + "/d");
        }

        assertThatThrownBy(() -> Migrations.run(away, TestDatabase.PEPPER, Duration.ofSeconds(1)))
                .isInstanceOf(StoreUnavailable.class)
                .hasMessageContaining("did not answer within 1 s");
    }

    private static void assertIsolates(TestDatabase database, StoreConfig application) throws SQLException {
        TenantId roma = database.addTenant("Roma");
        TenantId ostia = database.addTenant("Ostia");
        database.addConfig(roma, "Forum");
        database.addConfig(ostia, "Harbour");
        String names = "select name from insula.assistant_config";

        assertThat(Stream.of(roma, ostia).flatMap(tenant -> names(application, tenant, names).stream()))
                .containsExactly("Forum", "Harbour");
        assertThat(TestDatabase.query(application, null, names)).isEmpty();
    }

    private static List<String> names(StoreConfig application, TenantId tenant, String query) {
        try {
            return TestDatabase.query(application, tenant, query);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Bootstrap.Welcome bootstrap(TestDatabase database, FirstKey key) {
        return Bootstrap.run(database.owner, TestDatabase.PEPPER, key, MODEL);
    }

    private static Optional<Principal> find(StoreConfig application, Pepper pepper, String key) throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            PostgresStore store = PostgresStore.open(vertx, application, pepper, CacheConfig.DEFAULT);
            Optional<Principal> found = store.accessKeys().find(key).await(10, TimeUnit.SECONDS);
            store.close().await(10, TimeUnit.SECONDS);
            return found;
        } finally {
            vertx.close().await(10, TimeUnit.SECONDS);
        }
    }
}
