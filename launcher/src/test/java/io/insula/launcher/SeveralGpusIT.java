package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import io.insula.launcher.engine.EnginePlaces;
import io.insula.launcher.engine.FakeGpus;
import io.insula.protocol.Addresses;
import io.insula.protocol.Admission;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two inference nodes in one process, each on a GPU of its own, with the starter model; the GPUs are none. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SeveralGpusIT {

    private static final NodeId PROCESS = new NodeId("node-1");
    private static final NodeId API = new NodeId("api");
    private static final InsulaConfig CONFIG = config("3s");
    private static final ModelName MODEL = CONFIG.model();

    private static InsulaConfig config(String stallTimeout) {
        return InsulaConfig.from(Settings.of(
                Map.of(
                        "scheduler.restart-delay",
                        "20ms",
                        "scheduler.stall-timeout",
                        stallTimeout,
                        "shutdown.drain-timeout",
                        "20s"),
                Map.of()));
    }

    @TempDir
    Path directory = Path.of("/");

    private final FakeGpus gpus = FakeGpus.of(2);
    private final AtomicInteger ends = new AtomicInteger();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Map<NodeId, EngineStatus> heard = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<StreamEnd> ended = new LinkedBlockingQueue<>();
    private final LifeCycle parts = new LifeCycle();
    private final Vertx vertx = Vertx.vertx();

    @BeforeEach
    void listen() {
        ProtocolCodecs.registerAll(vertx.eventBus());
        vertx.setPeriodic(
                500, tick -> vertx.eventBus().publish(Addresses.API_STATUS, new ApiStatus(API, 3, false, 1, 0, 2)));
        vertx.eventBus()
                .<EngineStatus>consumer(
                        Addresses.INFERENCE_STATUS,
                        message -> heard.put(message.body().node(), message.body()));
        vertx.eventBus()
                .<FrameBatch>consumer(
                        Addresses.frames(API, 0),
                        message -> message.body().frames().stream()
                                .filter(StreamEnd.class::isInstance)
                                .map(StreamEnd.class::cast)
                                .forEach(ended::add));
    }

    /** With GPUs that all do something; what is planted then comes too late for the choice of them. */
    private void start(Runnable afterTheChoice) {
        start(CONFIG, afterTheChoice);
    }

    private void start(InsulaConfig config, Runnable afterTheChoice) {
        Home home = Home.at(TestHomes.withStarterModel(directory));
        List<EngineNode> nodes = EngineNode.of(
                PROCESS, new EnginePlaces(config, home.gpuDirectory(), gpus).choose(ends::incrementAndGet));
        afterTheChoice.run();
        new InferenceRole(PROCESS, nodes, config, NodeDepartures.NONE, parts)
                .start(vertx, new LocalModels(home, config, EngineFitting.NONE), registry);
    }

    @AfterEach
    void stop() throws Exception {
        parts.close();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    private static NodeId node(int gpu) {
        return new NodeId("node-1-gpu" + gpu);
    }

    private Admission ask(int gpu, int number, int maxTokens) throws Exception {
        GenerateCommand command = GenerateCommand.of(
                        new RequestId(new UUID(1, number)), MODEL, List.of(new ChatMessage("user", "Count to three.")))
                .attempt(0, List.of())
                .frames(API, 0)
                .stop(StopConditions.of(maxTokens, List.of()))
                .build();
        return vertx.eventBus()
                .<Admission>request(Addresses.admit(node(gpu)), command)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .body();
    }

    private Outcome outcome() throws Exception {
        StreamEnd end = ended.poll(30, TimeUnit.SECONDS);
        assertThat(end).isNotNull();
        return end.outcome();
    }

    private int slots(int gpu) {
        EngineStatus status = heard.get(node(gpu));
        return status == null
                ? -1
                : status.models().stream()
                        .filter(model -> model.model().equals(MODEL))
                        .mapToInt(io.insula.protocol.ModelStatus::slots)
                        .findFirst()
                        .orElse(-1);
    }

    private List<String> embeddings(int gpu) {
        return heard.values().stream()
                .filter(status -> status.node().equals(node(gpu)))
                .flatMap(status -> status.embeddings().stream())
                .map(embedding -> embedding.model().value())
                .toList();
    }

    private static void until(BooleanSupplier happened) throws InterruptedException {
        while (!happened.getAsBoolean()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @Test
    void aGpuThatDoesNotStartKeepsNoOtherFromServing() throws Exception {
        start(() -> gpus.breakDown(0, "uncorrectable memory error"));
        until(() -> slots(0) == 0 && slots(1) > 0);
        assertThat(embeddings(0)).as("the processors are well").contains("all-minilm-l6-v2");
        ask(1, 1, 3);
        assertThat(outcome()).isEqualTo(Outcome.COMPLETED);

        gpus.breakDown(0, null);
        ask(0, 2, 3);
        assertThat(outcome()).isEqualTo(Outcome.COMPLETED);
        until(() -> slots(0) > 0);
        assertThat(registry.get("insula.models.memory.used")
                        .tag("device", "gpu0")
                        .gauge()
                        .value())
                .isPositive();
        assertThat(ends).hasValue(0);
    }

    @Test
    void whereNoGpuStartsTheStartFails() {
        assertThatThrownBy(() -> start(() -> {
                    gpus.breakDown(0, "uncorrectable memory error");
                    gpus.breakDown(1, "uncorrectable memory error");
                }))
                .isInstanceOf(StartException.class)
                .hasMessage("the model " + MODEL + " could not be loaded: uncorrectable memory error");
    }

    @Test
    void gpusThatHangEndTheProcessToo() throws Exception {
        start(config("100ms"), () -> {});
        for (int gpu = 0; gpu < 2; gpu++) {
            ask(gpu, gpu, 20);
            assertThat(outcome()).isEqualTo(Outcome.COMPLETED);
        }
        try {
            gpus.hang(0);
            ask(0, 10, 3);
            until(() -> slots(0) == 0);
            ask(1, 11, 3);
            assertThat(outcome()).as("the other GPU goes on").isEqualTo(Outcome.COMPLETED);
            gpus.hang(1);
            ask(1, 12, 3);
            until(() -> ends.get() == 1);
        } finally {
            gpus.goOn();
        }
        until(() -> slots(0) > 0 && slots(1) > 0);
    }

    @Test
    void eachNodeAnswersOnItsOwnGpuUntilThatIsLost() throws Exception {
        start(() -> {});
        assertThat(gpus.opened).extracting(config -> config.device()).containsExactlyInAnyOrder(0, 1);
        assertThat(gpus.plans)
                .allMatch(plan -> plan.chunk() == 512
                        && plan.folder().equals(directory.resolve("gpu").toAbsolutePath()));
        until(() -> slots(0) > 0 && slots(1) > 0);
        assertThat(heard.keySet()).containsExactlyInAnyOrder(node(0), node(1));
        assertThat(embeddings(0)).as("the processors compute embeddings, once").contains("all-minilm-l6-v2");
        assertThat(embeddings(1)).isEmpty();
        for (int gpu = 0; gpu < 2; gpu++) {
            assertThat(ask(gpu, gpu, 3)).isInstanceOf(Admission.Accepted.class);
            assertThat(outcome()).isEqualTo(Outcome.COMPLETED);
        }
        assertThat(registry.get("insula.inference.decode.tokens").meters().stream()
                        .map(Meter::getId)
                        .map(id -> id.getTag("device")))
                .containsExactlyInAnyOrder("gpu0", "gpu1");
        assertThat(registry.get("insula.models.memory.budget").meters()).hasSize(2);

        gpus.breakDown(0, "Xid 79");
        ask(0, 10, 3);
        assertThat(outcome()).isEqualTo(Outcome.FAILED);
        until(() -> gpus.refusals.get() > 3 && slots(0) == 0);
        ask(1, 11, 3);
        assertThat(outcome()).as("the other GPU goes on").isEqualTo(Outcome.COMPLETED);
        assertThat(ends).hasValue(0);
        gpus.breakDown(1, "Xid 79");
        ask(1, 12, 3);
        assertThat(outcome()).isEqualTo(Outcome.FAILED);
        until(() -> ends.get() == 1);

        gpus.breakDown(0, null);
        gpus.breakDown(1, null);
        until(() -> slots(0) > 0 && slots(1) > 0);
        ask(0, 20, 30);
        ask(1, 21, 30);
        parts.close();
        assertThat(List.of(outcome(), outcome()))
                .as("both are waited for")
                .containsExactly(Outcome.COMPLETED, Outcome.COMPLETED);
        until(() -> heard.values().stream().allMatch(EngineStatus::draining));
        assertThat(ends).hasValue(1);
    }
}
