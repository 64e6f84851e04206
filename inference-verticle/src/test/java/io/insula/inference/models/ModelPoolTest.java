package io.insula.inference.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.admission.AdmittedModel;
import io.insula.inference.admission.ModelUnavailableException;
import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.HashingEngine;
import io.insula.inference.schedule.LetterTokenizer;
import io.insula.inference.schedule.Scheduler;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.inference.schedule.StreamRequest;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.TokenIds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Models of four units of memory each in a budget of ten: two at once. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ModelPoolTest {

    private static final ModelName A = new ModelName("a");
    private static final ModelName B = new ModelName("b");
    private static final ModelName C = new ModelName("c");
    private static final ModelName LARGE = new ModelName("large");
    private static final ModelName OTHER_A = new ModelName("other-a");
    private static final int CONTEXT = 100_000;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final Map<String, AtomicInteger> opened = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> closed = new ConcurrentHashMap<>();
    private volatile String broken = "";
    private volatile CountDownLatch gate = new CountDownLatch(0);
    private final ModelPool pool = new ModelPool(
            List.of(model(A, 4, OTHER_A), model(B, 4), model(C, 4), model(LARGE, 11)),
            new PoolConfig(10, Duration.ofSeconds(5)),
            (name, model) -> new AdmittedModel(model.tokenizer(), scheduler(name, model)),
            new PoolMeters(registry),
            loop,
            nanos::get);

    @AfterEach
    void close() throws Exception {
        await(onLoop(pool::close));
        assertThat(opened)
                .allSatisfy((name, times) -> assertThat(closed.get(name))
                        .as("%s is closed as often as it was opened", name)
                        .hasValue(times.get()));
        await(vertx.close());
    }

    @Test
    void concurrentFirstCommandsLoadOnceWhateverTheyCallIt() throws Exception {
        gate = new CountDownLatch(1);
        Future<AdmittedModel> first = hold(A);
        Future<AdmittedModel> second = hold(OTHER_A);
        assertThat(first.isComplete()).isFalse();
        gate.countDown();

        assertThat(await(first)).isSameAs(await(second));
        assertThat(opened.get("a")).hasValue(1);
        assertThat(registry.get("insula.models.memory.used").gauge().value()).isEqualTo(4);
    }

    @Test
    void theLeastRecentlyUsedMakesRoomAndIsLoadedAgainWhenNamed() throws Exception {
        use(A);
        use(B);
        use(A);
        use(C);

        assertThat(loaded()).containsExactlyInAnyOrder("a", "c");
        assertThat(closed.get("b")).hasValue(1);
        use(B);
        assertThat(loaded()).containsExactlyInAnyOrder("b", "c");
        assertThat(opened.get("b")).hasValue(2);
        assertThat(registry.get("insula.models.unloads").counter().count()).isEqualTo(2);
        assertThat(registry.find("insula.inference.slots.active").gauges()).hasSize(2);
    }

    @Test
    void aModelThatStreamsRunOnOrThatIsHeldNeverMakesRoom() throws Exception {
        AdmittedModel a = use(A);
        GenerateCommand endless = Commands.command(1, "go on", 0);
        assertThat(a.scheduler().offer(new StreamRequest(endless, TokenIds.of(1, 2, 3), 90_000, 0)))
                .isEqualTo(Scheduler.Offer.QUEUED);
        await(hold(B));

        assertThatThrownBy(() -> await(hold(C)))
                .hasCauseInstanceOf(ModelUnavailableException.class)
                .hasMessageContaining("taken by models that are in use");
        onLoop(() -> release(C));
        assertThat(loaded()).containsExactlyInAnyOrder("a", "b");

        a.scheduler().handOver(null);
        a.scheduler().whenIdle().get(10, TimeUnit.SECONDS);
        use(C);
        assertThat(loaded()).containsExactlyInAnyOrder("b", "c");
    }

    @Test
    void aModelLargerThanTheBudgetIsLoadedAlone() throws Exception {
        use(A);
        use(B);
        use(LARGE);

        assertThat(loaded()).containsExactly("large");
        use(A);
        assertThat(loaded()).containsExactly("a");
    }

    @Test
    void aFailedLoadIsToldCountedAndTriedAgainAfterTheDelay() throws Exception {
        broken = "a";
        assertThatThrownBy(() -> use(A)).hasMessageContaining("the model a could not be loaded: planted");
        broken = "";
        assertThatThrownBy(() -> use(A)).hasMessageContaining("the model a could not be loaded: planted");
        assertThat(opened.get("a")).as("not tried in vain").hasValue(1);
        assertThat(status(A).queueCapacity()).isZero();
        assertThat(registry.get("insula.models.load.failures").counter().count())
                .isEqualTo(1);
        assertThat(registry.get("insula.models.memory.used").gauge().value()).isZero();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));
        assertThat(status(A).queueCapacity()).isEqualTo(32);
        AdmittedModel a = use(A);
        assertThat(loaded()).containsExactly("a");
        GenerateCommand endless = Commands.command(1, "go on", 0);
        a.scheduler().offer(new StreamRequest(endless, TokenIds.of(1, 2, 3), 90_000, 0));
        while (registry.get("insula.inference.slots.active").gauge().value() < 1) {
            TimeUnit.MILLISECONDS.sleep(2);
        }
        a.scheduler().handOver(null);
    }

    @Test
    void theStatusNamesEveryModelAndAliasWhetherLoadedOrNot() throws Exception {
        use(A);

        assertThat(onLoop(() -> pool.status(32)))
                .extracting(status -> status.model().value(), ModelStatus::slots, ModelStatus::queueCapacity)
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("a", 2, SchedulerConfig.DEFAULT.queueStreams()),
                        org.assertj.core.groups.Tuple.tuple("other-a", 2, SchedulerConfig.DEFAULT.queueStreams()),
                        org.assertj.core.groups.Tuple.tuple("b", 0, 32),
                        org.assertj.core.groups.Tuple.tuple("c", 0, 32),
                        org.assertj.core.groups.Tuple.tuple("large", 0, 32));
        assertThat(status(A).fingerprint())
                .isEqualTo(status(OTHER_A).fingerprint())
                .isNotEmpty();
    }

    private LoadableModel model(ModelName name, long bytes, ModelName... aliases) {
        List<ModelName> names = java.util.stream.Stream.concat(
                        java.util.stream.Stream.of(name), java.util.Arrays.stream(aliases))
                .toList();
        return new LoadableModel(names, bytes, CONTEXT, () -> {
            opened.computeIfAbsent(name.value(), n -> new AtomicInteger()).incrementAndGet();
            gate.await(10, TimeUnit.SECONDS);
            String failing = broken;
            return new OpenModel(
                    () -> {
                        if (failing.equals(name.value())) {
                            throw new IllegalStateException("planted");
                        }
                        return new HashingEngine(LetterTokenizer.VOCABULARY, 2, CONTEXT);
                    },
                    new LetterTokenizer(true),
                    "letters",
                    CONTEXT,
                    () -> closed.computeIfAbsent(name.value(), n -> new AtomicInteger())
                            .incrementAndGet());
        });
    }

    private Scheduler scheduler(ModelName name, OpenModel model) {
        return new Scheduler(
                name,
                model.textFingerprint(),
                model.contextTokens(),
                model.engines(),
                model.tokenizer(),
                SchedulerConfig.DEFAULT,
                (node, instance, frames) -> {},
                registry,
                System::nanoTime);
    }

    private AdmittedModel use(ModelName name) throws Exception {
        try {
            return await(hold(name));
        } finally {
            onLoop(() -> release(name));
        }
    }

    private Future<AdmittedModel> hold(ModelName name) throws Exception {
        return onLoop(() -> pool.hold(name));
    }

    private boolean release(ModelName name) {
        pool.release(name);
        return true;
    }

    private ModelStatus status(ModelName name) throws Exception {
        return onLoop(() -> pool.status(32)).stream()
                .filter(status -> status.model().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private List<String> loaded() throws Exception {
        return onLoop(() -> pool.status(32)).stream()
                .filter(status -> status.slots() > 0 && !status.model().equals(OTHER_A))
                .map(status -> status.model().value())
                .toList();
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private <T> T onLoop(Callable<T> call) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.runOnContext(now -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(10, TimeUnit.SECONDS);
    }
}
