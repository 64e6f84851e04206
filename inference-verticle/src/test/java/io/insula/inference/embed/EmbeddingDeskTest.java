package io.insula.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.EmbedCommand;
import io.insula.protocol.EmbedReply;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EmbeddingDeskTest {

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final LetterEmbeddings letters = new LetterEmbeddings();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicLong nanos = new AtomicLong();
    private final EmbeddingDesk desk = new EmbeddingDesk(
            List.of(letters.model()),
            new EmbeddingConfig(100, 512, 10, Duration.ofSeconds(5)),
            loop,
            registry,
            nanos::get);

    @AfterEach
    void close() throws Exception {
        letters.permits.release(1000);
        desk.close().get(10, TimeUnit.SECONDS);
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void embedsTextsInTheirOrderUnderEveryNameAndLoadsOnce() throws Exception {
        List<String> texts = List.of("a long text", "b", "another", "c");

        Embedded embedded = embedded(LetterEmbeddings.NAME, texts);

        assertThat(embedded.vectors())
                .isEqualTo(texts.stream().map(LetterEmbeddings::vector).toList());
        assertThat(embedded.promptTokens()).isEqualTo(11 + 1 + 7 + 1);
        assertThat(embedded(new ModelName("other-name"), List.of("x")).vectors())
                .containsExactly(LetterEmbeddings.vector("x"));
        assertThat(letters.loads).hasValue(1);
    }

    @Test
    void refusesWhatDoesNotFitTheQueueAndTakesItLater() throws Exception {
        hold();
        CompletableFuture<EmbedReply> running = ask(LetterEmbeddings.NAME, List.of("running"));
        awaitWaitingForPermit();
        CompletableFuture<EmbedReply> waiting = ask(LetterEmbeddings.NAME, List.of("1", "2", "3", "4", "5", "6"));

        assertThat(ask(LetterEmbeddings.NAME, List.of("7", "8", "9", "10", "11"))
                        .get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.reason()).isEqualTo(Reason.OVERLOADED);
                    assertThat(rejected.retryAfterMillis()).isBetween(500, 60_000);
                });
        letters.permits.release(1000);
        running.get(10, TimeUnit.SECONDS);
        waiting.get(10, TimeUnit.SECONDS);
        assertThat(embedded(LetterEmbeddings.NAME, List.of("7", "8", "9", "10", "11"))
                        .vectors())
                .hasSize(5);
    }

    @Test
    void namesTheTextThatIsTooLongAndEmbedsNothingOfItsCommand() throws Exception {
        assertThat(ask(LetterEmbeddings.NAME, List.of("short", "x".repeat(101))).get(10, TimeUnit.SECONDS))
                .isEqualTo(new Rejected(
                        Reason.CONTEXT_LENGTH_EXCEEDED,
                        "This model's maximum context length is 100 tokens. However, your input has 101 tokens."
                                + " Please reduce the length of the input.",
                        "texts[1]",
                        0));
        assertThat(embedded(LetterEmbeddings.NAME, List.of("x".repeat(100))).promptTokens())
                .isEqualTo(100);
        assertThat(desk.status().getFirst().queuedTexts()).isZero();
    }

    @Test
    void anUnknownModelIsRefusedWithTheKnownOnes() throws Exception {
        assertThat(ask(new ModelName("absent"), List.of("x")).get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(Rejected.class, rejected -> {
                    assertThat(rejected.reason()).isEqualTo(Reason.MODEL_NOT_FOUND);
                    assertThat(rejected.message()).contains("'absent'", "letters, other-name");
                });
    }

    @Test
    void aFailedRunIsCountedAndTheModelIsLoadedAnewAfterTheDelay() throws Exception {
        letters.runsFail = true;
        assertFails("the embedding engine failed");
        letters.runsFail = false;
        assertFails("could not be loaded; try again later");
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));

        assertThat(embedded(LetterEmbeddings.NAME, List.of("x")).vectors()).hasSize(1);
        assertThat(letters.loads).hasValue(2);
        assertThat(registry.get("insula.inference.embedding.failures").counter().count())
                .isEqualTo(2);
    }

    @Test
    void aFailedLoadIsToldAndTriedAgainAfterTheDelay() throws Exception {
        letters.loadsFail = true;
        assertFails("it does not load");
        assertFails("could not be loaded; try again later");
        assertThat(letters.loads).hasValue(1);
        letters.loadsFail = false;
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(6));

        assertThat(embedded(LetterEmbeddings.NAME, List.of("x")).vectors()).hasSize(1);
    }

    @Test
    void drainingAnswersWhatWasTakenAndRefusesWhatComes() throws Exception {
        hold();
        CompletableFuture<EmbedReply> running = ask(LetterEmbeddings.NAME, List.of("running"));
        awaitWaitingForPermit();
        Future<Void> drained = onLoop(desk::drain);

        assertThat(ask(LetterEmbeddings.NAME, List.of("late")).get(10, TimeUnit.SECONDS))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.DRAINING));
        assertThat(drained.isComplete()).isFalse();
        letters.permits.release(1000);
        assertThat(running.get(10, TimeUnit.SECONDS)).isInstanceOf(Embedded.class);
        drained.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void closingFailsWhatWaits() throws Exception {
        hold();
        CompletableFuture<EmbedReply> running = ask(LetterEmbeddings.NAME, List.of("running"));
        awaitWaitingForPermit();
        CompletableFuture<EmbedReply> waiting = ask(LetterEmbeddings.NAME, List.of("waiting"));
        awaitQueued(1);
        CompletableFuture<Void> closed = desk.close();

        assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS)).hasMessageContaining("the inference node stops");
        letters.permits.release(1000);
        assertThat(running.get(10, TimeUnit.SECONDS)).isInstanceOf(Embedded.class);
        closed.get(10, TimeUnit.SECONDS);
    }

    private void hold() {
        letters.permits.drainPermits();
    }

    private void awaitWaitingForPermit() {
        awaitTrue(() -> letters.permits.hasQueuedThreads());
    }

    private void awaitQueued(int texts) {
        awaitTrue(() -> desk.status().getFirst().queuedTexts() == texts);
    }

    private static void awaitTrue(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - deadline).as("within 10 s").isNegative();
            Thread.onSpinWait();
        }
    }

    private void assertFails(String message) {
        assertThatThrownBy(() -> ask(LetterEmbeddings.NAME, List.of("x")).get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(EmbeddingException.class)
                .hasMessageContaining(message);
    }

    private Embedded embedded(ModelName model, List<String> texts) throws Exception {
        return (Embedded) ask(model, texts).get(10, TimeUnit.SECONDS);
    }

    private CompletableFuture<EmbedReply> ask(ModelName model, List<String> texts) throws Exception {
        EmbedCommand command = new EmbedCommand(new RequestId(UUID.randomUUID()), TenantId.DEFAULT, model, texts);
        return onLoop(() -> desk.embed(command)).toCompletionStage().toCompletableFuture();
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
