package io.insula.inference;

import static io.insula.inference.schedule.Commands.command;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.admission.AdmissionConfig;
import io.insula.inference.decode.Sampler;
import io.insula.inference.schedule.Commands;
import io.insula.inference.schedule.HashingEngine;
import io.insula.inference.schedule.LetterTokenizer;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.inference.schedule.SoloRun;
import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Reason;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.protocol.OrphanedUsage;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TokenIds;
import io.insula.protocol.UsageTaken;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The node over a real event bus, without HTTP; its engine hashes contexts, so every token shows a wrong one before. */
class InferenceVerticleIT {

    private static final int CONTEXT = 20_000;
    private static final int SLOTS = 4;
    private static final int HOG = 1;
    private static final NodeId NODE = new NodeId("engine-1");
    private static final Duration PACE = Duration.ofMillis(5);
    /** A step that takes longer than a request on its way to the scheduler. */
    private static final Duration SLOW_PACE = Duration.ofMillis(20);

    private final Vertx vertx = Vertx.vertx();
    private final List<Consumer<NodeId>> departureListeners = new CopyOnWriteArrayList<>();
    private final NodeDepartures departures = listener -> {
        departureListeners.add(listener);
        return () -> departureListeners.remove(listener);
    };
    private final BlockingQueue<EngineStatus> statuses = new LinkedBlockingQueue<>();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ApiNode api = new ApiNode(vertx, NODE, Commands.API);

    @BeforeEach
    void listenToStatuses() {
        ProtocolCodecs.registerAll(vertx.eventBus());
        vertx.eventBus().<EngineStatus>consumer(Addresses.INFERENCE_STATUS, message -> statuses.add(message.body()));
    }

    @AfterEach
    void closeVertx() throws Exception {
        await(vertx.close());
    }

    @Test
    void eightConcurrentStreamsEqualTheirSoloRuns() throws Exception {
        deploy(new LetterTokenizer(), Duration.ZERO, SchedulerConfig.DEFAULT);
        List<GenerateCommand> commands = new ArrayList<>();
        List<CompletableFuture<Admission>> answers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            GenerateCommand command = command(i, "question " + "?".repeat(i * 40), 200);
            commands.add(command);
            answers.add(api.admitLater(command));
        }
        for (int i = 0; i < commands.size(); i++) {
            GenerateCommand command = commands.get(i);
            assertThat(answers.get(i).get(10, TimeUnit.SECONDS)).isEqualTo(new Accepted(9 + i * 40));
            assertThat(api.end(command).outcome()).isEqualTo(Outcome.COMPLETED);
            SoloRun solo = solo(command, 200);
            assertThat(api.frames().tokens(command.request(), 0)).isEqualTo(solo.tokens());
            assertThat(api.frames().texts(command.request(), 0)).isEqualTo(solo.texts());
        }
    }

    @Test
    void aStreamResumedAtAnyTokenGoesOnAsTheUndisturbedOne() throws Exception {
        deploy(new LetterTokenizer(true), Duration.ZERO, SchedulerConfig.DEFAULT);
        int total = 30;
        GenerateCommand whole = command(1, "tell me a story", total);
        SoloRun solo = SoloRun.of(engine(Duration.ZERO), new LetterTokenizer(true), whole, prompt(whole), total);
        for (int cut = 0; cut <= total; cut++) {
            GenerateCommand resumed = Commands.resumed(
                    Commands.command(
                            Commands.id(100 + cut),
                            0,
                            Commands.API,
                            "tell me a story",
                            whole.sampling(),
                            total,
                            List.of()),
                    solo.firstTokens(cut));
            assertThat(api.admit(resumed)).isEqualTo(new Accepted(15));
            assertThat(api.end(resumed).usage().completionTokens()).isEqualTo(total);
            assertThat(api.frames().tokens(resumed.request(), 1))
                    .as("cut at %d", cut)
                    .isEqualTo(solo.tokens().subList(cut, total));
            assertThat(String.join("", api.frames().texts(resumed.request(), 1)))
                    .isEqualTo(String.join("", solo.texts().subList(cut, total)));
        }
    }

    @Test
    void aCancelEndsTheStreamAndFreesItsSlotWithin200Milliseconds() throws Exception {
        deploy(new LetterTokenizer(true), PACE, oneSlotQueue(4));
        // The best of five: a pause of a busy machine is no fault of ours, a wait of our own would show each time.
        Duration quickest = Duration.ofDays(1);
        for (int i = 1; i <= 5; i++) {
            Duration took = cancelOne(command(i, "go on", 0));
            quickest = took.compareTo(quickest) < 0 ? took : quickest;
        }
        assertThat(quickest).isLessThan(Duration.ofMillis(200));
    }

    private Duration cancelOne(GenerateCommand running) throws Exception {
        api.admit(running);
        api.firstDelta(running);
        long cancelledAt = System.nanoTime();
        api.cancel(running);
        api.cancel(running);
        StreamEnd end = api.end(running);
        Duration took = Duration.ofNanos(System.nanoTime() - cancelledAt);
        assertThat(end.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(end.usage().completionTokens())
                .isEqualTo(api.frames().tokens(running.request(), 0).size());
        assertThat(registry.get("insula.inference.slots.active").gauge().value())
                .isZero();
        return took;
    }

    @Test
    void aTenantWithFiftyQueuedRequestsDelaysAnothersByOneStepOfEachTenantAndOneSaveAndLoad() throws Exception {
        HashingEngine engine = engine(SLOW_PACE);
        deploy(new LetterTokenizer(true), () -> engine, SchedulerConfig.DEFAULT);
        vertx.setPeriodic(1_000, tick -> api.publishStatus(false));
        List<GenerateCommand> hog = new ArrayList<>();
        List<CompletableFuture<Admission>> answers = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            // So long that none ends before the guests: nobody gets a slot by waiting.
            hog.add(Commands.ofTenant(command(i, "all for me", 5_000), HOG));
            answers.add(api.admitLater(hog.getLast()));
        }
        for (CompletableFuture<Admission> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(new Accepted(10));
        }
        while (registry.get("insula.inference.slots.active").gauge().value() < SLOTS) {
            assertThat(engine.steps())
                    .as("steps until the hog holds every slot")
                    .hasSizeLessThan(100);
        }
        List<Integer> delays = new ArrayList<>();
        List<GenerateCommand> guests = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            GenerateCommand guest = Commands.ofTenant(command(100 + i, "excuse me", 6), HOG + 1 + i);
            guests.add(guest);
            int before = engine.steps().size();
            api.admit(guest);
            assertThat(api.end(guest).outcome()).isEqualTo(Outcome.COMPLETED);
            List<Integer> since = engine.steps().subList(before, engine.steps().size());
            delays.add(since.indexOf(prompt(guest)[0]));
            assertThat(engine.saves()).as("saves for %d guests", i + 1).isLessThanOrEqualTo(i + 1);
            assertThat(engine.loads()).as("loads for %d guests", i + 1).isLessThanOrEqualTo(i + 1);
        }
        // Now and then a busy machine takes a step's time to bring a request to the scheduler: the middle counts.
        assertThat(delays.stream().sorted().toList().get(delays.size() / 2))
                .as("steps before a guest's first, of two tenants: %s", delays)
                .isBetween(0, 2);
        assertThat(engine.saves()).isPositive();
        hog.forEach(api::cancel);
        for (GenerateCommand command : hog) {
            assertThat(api.end(command).outcome()).isEqualTo(Outcome.CANCELLED);
        }
        for (GenerateCommand guest : guests) {
            assertThat(api.frames().tokens(guest.request(), 0)).isEqualTo(endlessSolo(guest, 6));
        }
        for (GenerateCommand command : hog) {
            List<Integer> said = api.frames().tokens(command.request(), 0);
            assertThat(said).isEqualTo(said.isEmpty() ? List.of() : endlessSolo(command, said.size()));
        }
    }

    @Test
    void anEngineThatFailsEndsItsStreamsIsStartedAnewAndCounted() throws Exception {
        AtomicInteger started = new AtomicInteger();
        deploy(
                new LetterTokenizer(true),
                () -> engine(PACE).failAtCall(started.incrementAndGet() == 1 ? 12 : Integer.MAX_VALUE),
                SchedulerConfig.DEFAULT);
        GenerateCommand lost = command(1, "go on", 0);
        GenerateCommand alsoLost = Commands.ofTenant(command(2, "and on", 0), HOG);
        api.admit(lost);
        api.admit(alsoLost);
        for (GenerateCommand command : List.of(lost, alsoLost)) {
            StreamEnd end = api.end(command);
            assertThat(end.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(end.error()).isEqualTo("the engine failed; the answer is incomplete");
        }
        GenerateCommand later = command(3, "still there", 9);
        // Between its engines a node has none to offer.
        while (api.admit(later) instanceof Rejected rejected) {
            assertThat(rejected.reason()).isEqualTo(Reason.OVERLOADED);
        }
        assertThat(api.end(later).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(api.frames().tokens(later.request(), 0)).isEqualTo(endlessSolo(later, 9));
        assertThat(registry.get("insula.inference.engine.failures").counter().count())
                .isEqualTo(1);
        assertThat(started).hasValue(2);
    }

    @Test
    void badRequestsEndAloneAndTheirNeighboursGoOn() throws Exception {
        HashingEngine engine = engine(PACE);
        // Not enough memory for the prompt of too many choices.
        deploy(new LetterTokenizer(true), () -> engine, SchedulerConfig.DEFAULT.withMemory(0, "many".length() - 1));
        GenerateCommand neighbour = command(1, "beside", 40);
        api.admit(neighbour);
        api.firstDelta(neighbour);
        GenerateCommand tooLong = command(2, "x".repeat(CONTEXT), 1);
        GenerateCommand foreignToken = Commands.resumed(command(3, "resumed", 9), TokenIds.of(4_711));
        GenerateCommand tooMany = Commands.choices(command(4, "many", 5), SLOTS + 1);
        GenerateCommand foreignRole = command(5, "x", 5)
                .but()
                .messages(List.of(new ChatMessage("nobody", "x")))
                .build();
        for (GenerateCommand bad : List.of(tooLong, tooMany, foreignRole)) {
            assertThat(api.admit(bad)).as("request %s", bad.request()).isInstanceOf(Rejected.class);
        }
        api.admit(foreignToken);
        assertThat(api.end(foreignToken).error()).isEqualTo("resume tokens: 4711 (expected: 0..63)");
        assertThat(api.end(neighbour).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(api.frames().tokens(neighbour.request(), 0)).isEqualTo(endlessSolo(neighbour, 40));
        assertThat(engine.closed()).isFalse();
        assertThat(registry.get("insula.inference.engine.failures").counter().count())
                .isZero();
    }

    private static List<Integer> endlessSolo(GenerateCommand command, int maxTokens) {
        return SoloRun.of(engine(Duration.ZERO), new LetterTokenizer(true), command, prompt(command), maxTokens)
                .tokens();
    }

    @Test
    void aFullQueueIsOverloadAndSaysWhenToTryAgain() throws Exception {
        deploy(new LetterTokenizer(true), PACE, oneSlotQueue(1));
        List<GenerateCommand> running = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            GenerateCommand command = command(i, "go on", 0);
            assertThat(api.admit(command)).isEqualTo(new Accepted(5));
            api.firstDelta(command);
            running.add(command);
        }
        GenerateCommand waiting = command(10, "may I", 2);
        assertThat(api.admit(waiting)).isEqualTo(new Accepted(5));
        GenerateCommand refused = command(11, "and I", 2);
        assertThat(api.admit(refused)).isInstanceOfSatisfying(Rejected.class, rejected -> {
            assertThat(rejected.reason()).isEqualTo(Reason.OVERLOADED);
            assertThat(rejected.retryAfterMillis()).isBetween(500, 60_000);
        });
        running.forEach(api::cancel);
        assertThat(api.end(waiting).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(api.admit(refused)).as("the refusal is not remembered").isEqualTo(new Accepted(5));
        assertThat(api.end(refused).outcome()).isEqualTo(Outcome.COMPLETED);
    }

    @Test
    void aRepeatedCommandStartsNothingAnew() throws Exception {
        deploy(new LetterTokenizer(), Duration.ZERO, SchedulerConfig.DEFAULT);
        GenerateCommand command = command(1, "once", 50);
        CompletableFuture<Admission> first = api.admitLater(command);
        CompletableFuture<Admission> second = api.admitLater(command);
        assertThat(first.get(10, TimeUnit.SECONDS)).isEqualTo(new Accepted(4));
        assertThat(second.get(10, TimeUnit.SECONDS)).isEqualTo(new Accepted(4));
        api.end(command);
        assertThat(api.admit(command)).isEqualTo(new Accepted(4));
        GenerateCommand other = command(2, "after", 1);
        api.admit(other);
        api.end(other);
        assertThat(api.frames().tokens(command.request(), 0))
                .isEqualTo(solo(command, 50).tokens());
    }

    @Test
    void aSilentHttpNodesStreamsAreCancelledAndASpeakingOnesGoOn() throws Exception {
        deploy(new LetterTokenizer(true), PACE, SchedulerConfig.DEFAULT);
        ApiNode speaking = new ApiNode(vertx, NODE, new NodeId("speaking"));
        vertx.setPeriodic(1_000, tick -> speaking.publishStatus(false));
        GenerateCommand abandoned = command(1, "go on", 0);
        GenerateCommand kept = command(2, "go on", 0);
        api.admit(abandoned);
        speaking.admit(kept);
        StreamEnd end = api.end(abandoned);
        assertThat(end.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(Duration.ofNanos(end.timings().totalMicros() * 1_000))
                .isBetween(Duration.ofMillis(2_900), Duration.ofMillis(6_000));
        assertThat(speaking.ending(kept)).isNotDone();
        speaking.publishStatus(true);
        assertThat(speaking.end(kept).outcome()).isEqualTo(Outcome.CANCELLED);
    }

    @Test
    void aSilentHttpNodesUsageIsHandedToSpeakingOnesUntilOneHasIt() throws Exception {
        deploy(new LetterTokenizer(true), PACE, SchedulerConfig.DEFAULT);
        BlockingQueue<OrphanedUsage> first = orphanage("first", true);
        BlockingQueue<OrphanedUsage> second = orphanage("second", false);
        GenerateCommand running = command(1, "go on", 0);
        GenerateCommand complete = command(2, "stop", 3);
        api.admit(running);
        api.admit(complete);
        StreamEnd early = api.end(complete);
        long begin = System.nanoTime();

        StreamEnd end = api.end(running);
        OrphanedUsage taken = next(first, running.request());
        OrphanedUsage alsoTaken = next(first, complete.request());

        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(9));
        assertThat(taken.outcome()).isEqualTo(Outcome.CANCELLED);
        assertThat(taken.apiNode()).isEqualTo(Commands.API);
        assertThat(taken.usage()).isEqualTo(end.usage());
        assertThat(taken.usage().completionTokens()).isPositive();
        assertThat(alsoTaken.outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(alsoTaken.finish()).isEqualTo(FinishReason.LENGTH);
        assertThat(alsoTaken.usage()).isEqualTo(early.usage());
        // The slots are free again, and what one node took is offered to nobody else.
        assertThat(second).allMatch(refused -> refused.apiNode().equals(Commands.API));
        while (waitingOrphans() > 0) {
            Thread.onSpinWait();
        }
    }

    @Test
    void theUsageOfAnHttpNodeThatIsGoneIsHandedOverAtOnce() throws Exception {
        deploy(new LetterTokenizer(true), PACE, SchedulerConfig.DEFAULT);
        BlockingQueue<OrphanedUsage> taker = orphanage("taker", true);
        GenerateCommand running = command(1, "go on", 0);
        api.admit(running);
        api.firstDelta(running);
        long begin = System.nanoTime();

        departureListeners.forEach(listener -> listener.accept(Commands.API));

        OrphanedUsage taken = next(taker, running.request());
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));
        assertThat(taken.usage()).isEqualTo(api.end(running).usage());
    }

    /** A node that lives, and takes usage or says that it still hears the silent one. */
    private BlockingQueue<OrphanedUsage> orphanage(String name, boolean takes) {
        NodeId node = new NodeId(name);
        BlockingQueue<OrphanedUsage> offered = new LinkedBlockingQueue<>();
        vertx.eventBus().<OrphanedUsage>consumer(Addresses.usage(node), message -> {
            offered.add(message.body());
            message.reply(new UsageTaken(message.body().request(), takes));
        });
        ApiStatus status = new ApiStatus(node, ProtocolCodecs.VERSION, false);
        vertx.eventBus().publish(Addresses.API_STATUS, status);
        vertx.setPeriodic(500, tick -> vertx.eventBus().publish(Addresses.API_STATUS, status));
        return offered;
    }

    private static OrphanedUsage next(BlockingQueue<OrphanedUsage> offered, RequestId request) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            for (OrphanedUsage usage : offered) {
                if (usage.request().equals(request)) {
                    return usage;
                }
            }
            assertThat(System.nanoTime()).as("nanoseconds").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private double waitingOrphans() {
        return registry.get("insula.inference.orphans.waiting").gauge().value();
    }

    @Test
    void drainingFinishesWhatRunsAndRejectsWhatComes() throws Exception {
        InferenceVerticle verticle = deploy(new LetterTokenizer(true), PACE, SchedulerConfig.DEFAULT);
        GenerateCommand running = command(1, "finish me", 40);
        api.admit(running);
        api.firstDelta(running);
        Future<Void> drained = verticle.drain(Duration.ofSeconds(20));
        assertThat(api.admit(command(2, "too late", 1)))
                .isInstanceOfSatisfying(
                        Rejected.class,
                        rejected -> assertThat(rejected.reason()).isEqualTo(Reason.DRAINING));
        await(drained);
        assertThat(api.end(running).outcome()).isEqualTo(Outcome.COMPLETED);
        assertThat(nextDrainingStatus().models()).hasSize(1);
    }

    @Test
    void drainingHandsOverWhatRunsPastTheLimit() throws Exception {
        InferenceVerticle verticle = deploy(new LetterTokenizer(true), PACE, SchedulerConfig.DEFAULT);
        GenerateCommand endless = command(1, "go on", 0);
        api.admit(endless);
        api.firstDelta(endless);
        await(verticle.drain(Duration.ofMillis(100)));
        assertThat(api.end(endless).outcome()).isEqualTo(Outcome.HANDED_OVER);
    }

    @Test
    void stoppingEndsWhatRunsSoThatAnotherEngineCanTakeOver() throws Exception {
        InferenceVerticle verticle = new InferenceVerticle(
                NODE, List.of(model(new LetterTokenizer(true), PACE)), InferenceConfig.DEFAULT, registry);
        String deployment = await(vertx.deployVerticle(verticle));
        GenerateCommand endless = command(1, "go on", 0);
        api.admit(endless);
        api.firstDelta(endless);
        await(vertx.undeploy(deployment));
        assertThat(api.end(endless).outcome()).isEqualTo(Outcome.HANDED_OVER);
    }

    @Test
    void aReadyNodeSaysAtOnceWhatItServes() throws Exception {
        deploy(new LetterTokenizer(), Duration.ZERO, SchedulerConfig.DEFAULT);
        EngineStatus status = statuses.poll(10, TimeUnit.SECONDS);
        assertThat(status)
                .isEqualTo(new EngineStatus(
                        NODE,
                        ProtocolCodecs.VERSION,
                        false,
                        List.of(new ModelStatus(
                                Commands.MODEL, "letters-1:hash:" + Sampler.VERSION, CONTEXT, SLOTS, SLOTS, 0, 0, 256)),
                        List.of(),
                        ProtocolCodecs.OLDEST_VERSION));
    }

    @Test
    void aModelThatDoesNotLoadFailsTheDeployment() {
        LoadedModel broken = new LoadedModel(
                Commands.MODEL,
                () -> {
                    throw new IllegalStateException("planted: no such file");
                },
                new LetterTokenizer(),
                "letters-1",
                CONTEXT);
        InferenceVerticle verticle = new InferenceVerticle(NODE, List.of(broken), InferenceConfig.DEFAULT, registry);
        assertThatThrownBy(() -> await(vertx.deployVerticle(verticle))).hasRootCauseMessage("planted: no such file");
    }

    @Test
    void aForeignMessageIsRefusedAndTheNodeLivesOn() throws Exception {
        deploy(new LetterTokenizer(), Duration.ZERO, SchedulerConfig.DEFAULT);
        assertThatThrownBy(() -> await(vertx.eventBus().request(Addresses.admit(NODE), "generate!")))
                .hasRootCauseInstanceOf(ReplyException.class)
                .hasMessageContaining("not a message of this address");
        vertx.eventBus().send(Addresses.control(NODE), 42);
        GenerateCommand command = command(1, "still there", 1);
        assertThat(api.admit(command)).isEqualTo(new Accepted(11));
        assertThat(api.end(command).outcome()).isEqualTo(Outcome.COMPLETED);
    }

    private static SchedulerConfig oneSlotQueue(int streams) {
        return new SchedulerConfig(64, streams, 100_000, Duration.ofSeconds(5), Duration.ofSeconds(3), 0, 0);
    }

    private InferenceVerticle deploy(LetterTokenizer tokenizer, Duration pace, SchedulerConfig scheduler)
            throws Exception {
        return deploy(tokenizer, () -> engine(pace), scheduler);
    }

    private InferenceVerticle deploy(
            LetterTokenizer tokenizer, Supplier<HashingEngine> engines, SchedulerConfig scheduler) throws Exception {
        InferenceVerticle verticle = new InferenceVerticle(
                NODE,
                NODE,
                ServedModels.loaded(List.of(new LoadedModel(Commands.MODEL, engines, tokenizer, "letters-1", CONTEXT))),
                new InferenceConfig(AdmissionConfig.DEFAULT, scheduler),
                registry,
                departures);
        await(vertx.deployVerticle(verticle));
        return verticle;
    }

    private static LoadedModel model(LetterTokenizer tokenizer, Duration pace) {
        return new LoadedModel(Commands.MODEL, () -> engine(pace), tokenizer, "letters-1", CONTEXT);
    }

    private static HashingEngine engine(Duration pace) {
        return new HashingEngine(LetterTokenizer.VOCABULARY, SLOTS, CONTEXT).pace(pace);
    }

    private static int[] prompt(GenerateCommand command) {
        return new LetterTokenizer().encode(command.messages());
    }

    private static SoloRun solo(GenerateCommand command, int maxTokens) {
        return SoloRun.of(engine(Duration.ZERO), new LetterTokenizer(), command, prompt(command), maxTokens);
    }

    private EngineStatus nextDrainingStatus() throws InterruptedException {
        while (true) {
            EngineStatus status = statuses.poll(10, TimeUnit.SECONDS);
            assertThat(status).as("a status within 10 s").isNotNull();
            if (status.draining()) {
                return status;
            }
        }
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    }
}
