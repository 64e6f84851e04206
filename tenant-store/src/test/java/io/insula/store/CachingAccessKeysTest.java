package io.insula.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.TenantId;
import io.insula.store.StoreChange.Kind;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CachingAccessKeysTest {

    private static final Pepper PEPPER = Pepper.of(new byte[32]);
    private static final CacheConfig CONFIG =
            new CacheConfig(100, Duration.ofSeconds(60), 10, Duration.ofSeconds(5), Duration.ofSeconds(600));

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final Directory directory = new Directory();
    private final CachingAccessKeys keys = new CachingAccessKeys(
            directory,
            PEPPER,
            CONFIG,
            () -> now,
            () -> Duration.between(Instant.EPOCH, now).toNanos());

    @Test
    void asksTheDirectoryOnceUntilItsAnswerIsOld() throws Exception {
        Principal principal = directory.put("key", null);

        assertThat(find("key")).contains(principal);
        assertThat(find("key")).contains(principal);
        assertThat(directory.asked).isEqualTo(1);

        now = now.plusSeconds(61);
        assertThat(find("key")).contains(principal);
        assertThat(directory.asked).isEqualTo(2);
    }

    @Test
    void remembersAbsenceForAShorterTime() throws Exception {
        assertThat(find("none")).isEmpty();
        assertThat(find("none")).isEmpty();
        assertThat(directory.asked).isEqualTo(1);

        now = now.plusSeconds(6);
        assertThat(find("none")).isEmpty();
        assertThat(directory.asked).isEqualTo(2);
    }

    @Test
    void keepsGoodKeysThroughAFloodOfUnknownOnes() throws Exception {
        for (int i = 0; i < 50; i++) {
            directory.put("good" + i, null);
            find("good" + i);
        }
        for (int i = 0; i < 100_000; i++) {
            find("unknown" + i);
        }
        directory.asked = 0;

        for (int i = 0; i < 50; i++) {
            assertThat(find("good" + i)).isPresent();
        }
        assertThat(directory.asked).isZero();
    }

    @Test
    void refusesAKeyFromTheMomentItExpiresThoughItIsRemembered() throws Exception {
        Principal principal = directory.put("key", now.plusSeconds(10));
        assertThat(find("key")).contains(principal);

        now = now.plusSeconds(10);

        assertThat(find("key")).isEmpty();
        assertThat(directory.asked).isEqualTo(1);
    }

    @Test
    void asksOnceForAllWhoWantTheSameKeyAtATime() {
        Principal principal = directory.put("key", null);
        directory.held = new ArrayList<>();

        List<Future<Optional<Principal>>> answers = List.of(keys.find("key"), keys.find("key"), keys.find("key"));
        assertThat(answers).noneMatch(Future::isComplete);
        directory.release();

        assertThat(answers).allMatch(answer -> answer.result().equals(Optional.of(principal)));
        assertThat(directory.asked).isEqualTo(1);
    }

    @Test
    void doesNotRememberAnAnswerThatWasUnderwayWhenItsKeyWasRevoked() throws Exception {
        Principal principal = directory.put("key", null);
        directory.held = new ArrayList<>();
        Future<Optional<Principal>> early = keys.find("key");

        directory.grants.clear();
        keys.changed(new StoreChange(Kind.ACCESS_KEY, principal.tenant().value(), principal.key()));
        Future<Optional<Principal>> late = keys.find("key");
        directory.release();

        assertThat(early.result()).contains(principal);
        assertThat(late.result()).isEmpty();
        assertThat(find("key")).isEmpty();
    }

    @Test
    void forgetsWhatAChangeConcernsAndNothingElse() throws Exception {
        Principal kept = directory.put("kept", null);
        for (Kind kind : List.of(Kind.ACCESS_KEY, Kind.PLATFORM_USER, Kind.TENANT)) {
            Principal principal = directory.put("key", null);
            keys.clear();
            find("kept");
            find("key");
            directory.asked = 0;

            UUID id = switch (kind) {
                case ACCESS_KEY -> principal.key();
                case PLATFORM_USER -> principal.user();
                case TENANT, ASSISTANT_CONFIG -> principal.tenant().value();
            };
            keys.changed(
                    new StoreChange(Kind.ASSISTANT_CONFIG, principal.tenant().value(), id));
            find("key");
            assertThat(directory.asked).as("after a change of a config").isZero();
            keys.changed(new StoreChange(kind, principal.tenant().value(), id));

            assertThat(find("kept")).contains(kept);
            assertThat(directory.asked).isZero();
            find("key");
            assertThat(directory.asked).as("after a change of %s", kind).isEqualTo(1);
        }
    }

    @Test
    void handsAFailureOnAndAsksAgain() {
        directory.failure = away();
        assertThat(keys.find("key").cause()).isSameAs(directory.failure);

        directory.failure = null;
        Principal principal = directory.put("key", null);
        assertThat(keys.find("key").result()).contains(principal);
    }

    @Test
    void aKnownKeyStaysGoodForItsGraceWhileTheStoreIsAway() throws Exception {
        Principal principal = directory.put("key", null);
        find("key");
        directory.failure = away();

        now = now.plusSeconds(61);
        assertThat(find("key")).contains(principal);
        assertThat(keys.find("unknown").cause()).isSameAs(directory.failure);

        now = now.plusSeconds(598);
        assertThat(find("key")).contains(principal);
        now = now.plusSeconds(2);
        assertThat(keys.find("key").cause()).isSameAs(directory.failure);
    }

    @Test
    void aFailureThatIsNotTheStoresAbsenceIsHandedOn() throws Exception {
        directory.put("key", null);
        find("key");
        directory.failure = new StoreException("refused", new IllegalStateException());

        now = now.plusSeconds(61);

        assertThat(keys.find("key").cause()).isSameAs(directory.failure);
    }

    @Test
    void aKeyExpiresInItsGraceToo() throws Exception {
        directory.put("key", now.plusSeconds(100));
        find("key");
        directory.failure = away();

        now = now.plusSeconds(100);

        assertThat(find("key")).isEmpty();
    }

    @Test
    void nobodyWaitsForAStoreThatIsKnownToBeAway() throws Exception {
        Principal principal = directory.put("key", null);
        find("key");
        directory.failure = away();
        now = now.plusSeconds(61);
        find("key");
        directory.failure = null;
        directory.held = new ArrayList<>();
        directory.asked = 0;

        assertThat(keys.find("key").result()).contains(principal);
        assertThat(directory.asked).as("questions within the second").isZero();
        now = now.plusSeconds(1);
        assertThat(keys.find("key").result()).contains(principal);
        assertThat(keys.find("key").result()).contains(principal);

        assertThat(directory.asked).as("questions after a second").isEqualTo(1);
    }

    @Test
    void aRevocationTakesEffectWithTheStoresFirstAnswer() throws Exception {
        directory.put("key", null);
        find("key");
        directory.failure = away();
        now = now.plusSeconds(61);
        find("key");

        directory.failure = null;
        directory.grants.clear();
        now = now.plusSeconds(1);
        find("key");

        assertThat(find("key")).isEmpty();
    }

    @Test
    void aRevocationThatIsAnnouncedTakesEffectWhileTheStoreCannotBeAsked() throws Exception {
        Principal principal = directory.put("key", null);
        find("key");
        directory.failure = away();
        now = now.plusSeconds(61);
        find("key");

        keys.changed(new StoreChange(Kind.ACCESS_KEY, principal.tenant().value(), principal.key()));

        assertThat(keys.find("key").cause()).isSameAs(directory.failure);
    }

    @Test
    void whatIsDoubtedIsAskedForAgainAndStaysGoodOnlyWhereItCannotBe() throws Exception {
        Principal principal = directory.put("key", null);
        find("key");
        find("none");
        directory.asked = 0;

        keys.doubt();
        directory.failure = away();
        assertThat(find("key")).contains(principal);
        assertThat(directory.asked).isEqualTo(1);

        keys.doubt();
        directory.failure = null;
        directory.grants.clear();
        assertThat(find("key")).isEmpty();
        assertThat(find("none")).isEmpty();
        assertThat(directory.asked).isEqualTo(3);
    }

    private static StoreUnavailable away() {
        return new StoreUnavailable("away", new TimeoutException());
    }

    @Test
    void handsAnExceptionOfTheDirectoryOnAndAsksAgain() {
        directory.thrown = new IllegalStateException("broken");
        assertThat(keys.find("key").cause()).isSameAs(directory.thrown);

        directory.thrown = null;
        assertThat(keys.find("key").result()).isEmpty();
    }

    @Test
    void handsTheDirectoryADigestAndAHintButNoKey() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());

        String key = keys.issue(tenant, tenant.value(), "name").await(1, TimeUnit.SECONDS);

        assertThat(directory.added).containsExactly(PEPPER.digest(key) + " " + key.substring(key.length() - 4));
    }

    @Test
    void findsAnIssuedKeyThatWasAskedForBefore() throws Exception {
        TenantId tenant = new TenantId(UUID.randomUUID());
        String key = keys.issue(tenant, tenant.value(), "name").await(1, TimeUnit.SECONDS);
        directory.put(key, null);

        assertThat(find(key)).isPresent();
    }

    private Optional<Principal> find(String key) throws Exception {
        return keys.find(key).await(1, TimeUnit.SECONDS);
    }

    /** Counts what it is asked and holds its answers back when told to. */
    private static final class Directory implements KeyDirectory {

        private final Map<KeyDigest, KeyGrant> grants = new HashMap<>();
        private final List<String> added = new ArrayList<>();
        private int asked;
        private @Nullable List<Runnable> held;
        private @Nullable StoreException failure;
        private @Nullable RuntimeException thrown;

        Principal put(String key, @Nullable Instant expiresAt) {
            Principal principal =
                    new Principal(UUID.randomUUID(), new TenantId(UUID.randomUUID()), 1, UUID.randomUUID(), false);
            grants.put(PEPPER.digest(key), new KeyGrant(principal, expiresAt));
            return principal;
        }

        void release() {
            List<Runnable> answers = held == null ? List.of() : held;
            held = null;
            answers.forEach(Runnable::run);
        }

        @Override
        public Future<Optional<KeyGrant>> find(KeyDigest digest) {
            asked++;
            if (thrown != null) {
                throw thrown;
            }
            if (failure != null) {
                return Future.failedFuture(failure);
            }
            Optional<KeyGrant> answer = Optional.ofNullable(grants.get(digest));
            if (held == null) {
                return Future.succeededFuture(answer);
            }
            Promise<Optional<KeyGrant>> promise = Promise.promise();
            held.add(() -> promise.complete(answer));
            return promise.future();
        }

        @Override
        public Future<Void> add(TenantId tenant, UUID user, String name, KeyDigest digest, String hint) {
            added.add(digest + " " + hint);
            return Future.succeededFuture();
        }

        @Override
        public Future<Boolean> revoke(TenantId tenant, UUID key) {
            return Future.succeededFuture(false);
        }
    }
}
