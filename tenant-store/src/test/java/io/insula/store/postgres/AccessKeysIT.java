package io.insula.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.TenantId;
import io.insula.store.CacheConfig;
import io.insula.store.Pepper;
import io.insula.store.Principal;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class AccessKeysIT {

    private final Vertx vertx = Vertx.vertx();
    private final TestDatabase database;
    private final StoreConfig application;
    private final PostgresStore store;
    private final TenantId tenant;

    AccessKeysIT() throws SQLException {
        database = TestDatabase.fresh();
        application = Migrations.run(database.owner, TestDatabase.PEPPER);
        store = PostgresStore.open(vertx, application, TestDatabase.PEPPER, CacheConfig.DEFAULT);
        tenant = database.addTenant("Roma");
    }

    @BeforeAll
    void listen() throws Exception {
        store.listening().await(10, TimeUnit.SECONDS);
    }

    /** What earlier tests changed is announced later; until it has arrived it may end what a cache remembers. */
    private void hearOfAllChanges() throws Exception {
        store.caughtUp().await(10, TimeUnit.SECONDS);
    }

    @AfterAll
    void close() throws Exception {
        store.close().await(10, TimeUnit.SECONDS);
        vertx.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void findsWhomAnIssuedKeySpeaksFor() throws Exception {
        String key = issue();

        Principal principal = find(key).orElseThrow();

        assertThat(principal.tenant()).isEqualTo(tenant);
        assertThat(principal.user()).isEqualTo(tenant.value());
        assertThat(principal.builtIn()).isFalse();
    }

    @Test
    void knowsTheTenantsWeightAndHearsWithinASecondOfANewOne() throws Exception {
        TenantId weighty = database.addTenant("Weighty");
        String key = store.accessKeys().issue(weighty, weighty.value(), "k").await(10, TimeUnit.SECONDS);
        assertThat(find(key).orElseThrow().weight()).isEqualTo(Principal.DEFAULT_WEIGHT);

        database.execute(weighty, "update insula.tenant set weight = 2.5 where id = ?", weighty.value());

        long begin = System.nanoTime();
        while (find(key).orElseThrow().weight() != 2.5) {
            assertThat(System.nanoTime() - begin)
                    .as("nanoseconds since the change")
                    .isLessThan(1_000_000_000L);
        }
        for (String weight : List.of("0", "-1", "'NaN'", "'Infinity'")) {
            assertThatThrownBy(() -> database.execute(
                            weighty, "update insula.tenant set weight = " + weight + " where id = ?", weighty.value()))
                    .hasMessageContaining("tenant_weight_range");
        }
    }

    @Test
    void issuesKeysOf256RandomBits() throws Exception {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < 20; i++) {
            keys.add(issue());
        }

        assertThat(keys).hasSize(20).allMatch(key -> key.matches("sk-insula-[A-Za-z0-9_-]{43}"));
    }

    @Test
    void answersARepeatedKeyWithoutTheDatabase() throws Exception {
        String key = issue();
        hearOfAllChanges();
        find(key);
        long before = store.storeCalls();

        assertThat(find(key)).isPresent();
        assertThat(store.storeCalls()).isEqualTo(before);
    }

    @Test
    void refusesARevokedKeyAtOnceWhereItWasRevoked() throws Exception {
        String key = issue();
        Principal principal = find(key).orElseThrow();

        assertThat(store.accessKeys()
                        .revoke(new TenantId(principal.key()), principal.key())
                        .await(10, TimeUnit.SECONDS))
                .as("another tenant's revocation")
                .isFalse();
        assertThat(find(key)).isPresent();
        assertThat(store.accessKeys().revoke(tenant, principal.key()).await(10, TimeUnit.SECONDS))
                .isTrue();
        assertThat(find(key)).isEmpty();
        assertThat(store.accessKeys().revoke(tenant, principal.key()).await(10, TimeUnit.SECONDS))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "update insula.access_key set revoked_at = now() where id = ?",
                "update insula.access_key set active = false where id = ?",
                "update insula.access_key set expires_at = now() where id = ?",
                "delete from insula.access_key where id = ?",
                "update insula.platform_user u set active = false from insula.access_key k where k.user_id = u.id and k.id = ?",
                "update insula.tenant t set active = false from insula.access_key k where k.tenant_id = t.id and k.id = ?"
            })
    void hearsWithinASecondOfWhatAnotherProgramChanged(String change) throws Exception {
        TenantId other = database.addTenant("Ephemeral");
        String key = store.accessKeys().issue(other, other.value(), "k").await(10, TimeUnit.SECONDS);
        Principal principal = find(key).orElseThrow();

        database.execute(other, change, principal.key());

        long begin = System.nanoTime();
        while (find(key).isPresent()) {
            assertThat(System.nanoTime() - begin)
                    .as("nanoseconds since the change")
                    .isLessThan(1_000_000_000L);
        }
    }

    @Test
    void hearsOfAKeyThatWasUnknownBefore() throws Exception {
        String key = "sk-insula-made-elsewhere";
        assertThat(find(key)).isEmpty();

        database.execute(
                tenant,
                "insert into insula.access_key (id, tenant_id, user_id, name, key_hash, key_hint)"
                        + " values (gen_random_uuid(), ?, ?, 'k', ?, 'here')",
                tenant.value(),
                tenant.value(),
                TestDatabase.PEPPER.digest(key).toBytes());

        long begin = System.nanoTime();
        while (find(key).isEmpty()) {
            assertThat(System.nanoTime() - begin)
                    .as("nanoseconds since the change")
                    .isLessThan(1_000_000_000L);
        }
    }

    static List<String> hostileKeys() {
        return List.of(
                "",
                " ",
                "' OR 1=1--",
                "'; drop table insula.access_key; --",
                "\\x00",
                "\0",
                "sk-insula-\0",
                "\ud800\udfff",
                "\uffff",
                "ключ",
                "\u202e\r\nX: y",
                "x".repeat(1 << 16),
                "default",
                "insula_app");
    }

    @ParameterizedTest
    @MethodSource("hostileKeys")
    void treatsHostileKeysLikeAnyUnknownKey(String hostile) throws Exception {
        hearOfAllChanges();
        long unknown = callsFor("sk-insula-unknown-" + System.nanoTime());

        assertThat(callsFor(hostile)).isEqualTo(unknown).isEqualTo(1);
        assertThat(callsFor(hostile)).as("asked again").isZero();
        assertThat(TestDatabase.query(database.owner, tenant, "select count(*)::text from insula.tenant"))
                .containsExactly("1");
    }

    @Test
    void keepsNothingInTheDatabaseThatOpensADoor() throws Exception {
        String key = issue();
        MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
        String plainHash = HexFormat.of().formatHex(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));

        // A superuser sees every row, as a dump does.
        StoreConfig dumper = application.withCredentials(
                TestDatabase.superuser().user(), TestDatabase.superuser().password());
        String dump = Stream.of("tenant", "platform_user", "access_key", "assistant_config", "usage_event")
                .flatMap(table -> rows(dumper, table).stream())
                .reduce("", (a, b) -> a + "\n" + b);

        assertThat(dump)
                .contains(key.substring(key.length() - 4))
                .doesNotContain(key)
                .doesNotContain(key.substring(10))
                .doesNotContain(plainHash);
        Pepper other = Pepper.of(new byte[Pepper.MIN_BYTES]);
        PostgresStore thief = PostgresStore.open(vertx, application, other, CacheConfig.DEFAULT);
        assertThat(thief.accessKeys().find(key).await(10, TimeUnit.SECONDS)).isEmpty();
        thief.close().await(10, TimeUnit.SECONDS);
    }

    @Test
    void showsAKeyToWhomPresentsItsHashAndNobodyElse() throws Exception {
        String key = issue();
        String hash = HexFormat.of().formatHex(TestDatabase.PEPPER.digest(key).toBytes());

        assertThat(TestDatabase.query(
                        application,
                        null,
                        "select tenant_id::text from insula.find_access_key(decode(?, 'hex'))",
                        hash))
                .containsExactly(tenant.toString());
        assertThat(TestDatabase.query(
                        application,
                        null,
                        "select t.name from insula.find_access_key(decode(?, 'hex')) k, lateral"
                                + " (select current_setting('app.tenant_id', true) as name) t",
                        hash))
                .as("the tenant set after the function has returned")
                .containsExactly("");
        assertThat(TestDatabase.query(application, null, "select key_hint from insula.access_key"))
                .isEmpty();
    }

    private static List<String> rows(StoreConfig config, String table) {
        try {
            return TestDatabase.query(config, null, "select t::text from insula." + table + " t");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private String issue() throws Exception {
        return store.accessKeys().issue(tenant, tenant.value(), "test").await(10, TimeUnit.SECONDS);
    }

    private Optional<Principal> find(String key) throws Exception {
        return store.accessKeys().find(key).await(10, TimeUnit.SECONDS);
    }

    private long callsFor(String key) throws Exception {
        long before = store.storeCalls();
        assertThat(find(key)).isEmpty();
        return store.storeCalls() - before;
    }
}
