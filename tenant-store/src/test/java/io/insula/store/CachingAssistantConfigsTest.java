package io.insula.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.protocol.TenantId;
import io.insula.store.StoreChange.Kind;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CachingAssistantConfigsTest {

    private static final TenantId TENANT = TenantId.DEFAULT;

    private long now;
    private @Nullable StoreException failure;
    private int asked;
    private final CachingAssistantConfigs configs = new CachingAssistantConfigs(
            new AssistantConfigs() {
                @Override
                public Future<Optional<AssistantConfig>> find(TenantId tenant, String idOrName) {
                    asked++;
                    return failure == null ? Future.succeededFuture(Optional.empty()) : Future.failedFuture(failure);
                }

                @Override
                public Future<List<AssistantConfig>> list(TenantId tenant) {
                    return Future.succeededFuture(List.of());
                }
            },
            new CacheConfig(100, Duration.ofSeconds(60), 100, Duration.ofSeconds(5), Duration.ofSeconds(600)),
            () -> now);

    @Test
    void aNameThatNoConfigHadIsTakenToBeNoConfigsStillWhileTheStoreIsAway() {
        assertThat(configs.find(TENANT, "base").result()).isEmpty();
        failure = new StoreUnavailable("away", new TimeoutException());

        pass(Duration.ofSeconds(6));
        assertThat(configs.find(TENANT, "base").result()).isEmpty();
        assertThat(configs.find(TENANT, "other").cause()).isSameAs(failure);
        configs.doubt();
        assertThat(configs.find(TENANT, "base").result()).isEmpty();

        pass(Duration.ofMinutes(10));
        assertThat(configs.find(TENANT, "base").cause()).isSameAs(failure);
    }

    @Test
    void anAnnouncedChangeEndsAnAbsenceInItsGrace() {
        configs.find(TENANT, "base");
        failure = new StoreUnavailable("away", new TimeoutException());
        pass(Duration.ofSeconds(6));

        configs.changed(new StoreChange(Kind.ASSISTANT_CONFIG, TENANT.value(), UUID.randomUUID()));

        assertThat(configs.find(TENANT, "base").cause()).isSameAs(failure);
    }

    @Test
    void anAbsenceIsAskedForAgainWhenItIsOldAndTheStoreAnswers() {
        configs.find(TENANT, "base");
        configs.find(TENANT, "base");
        assertThat(asked).isEqualTo(1);

        pass(Duration.ofSeconds(6));
        configs.find(TENANT, "base");
        assertThat(asked).isEqualTo(2);
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }
}
