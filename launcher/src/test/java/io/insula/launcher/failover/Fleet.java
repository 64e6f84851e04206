package io.insula.launcher.failover;

import io.insula.api.dispatch.DispatchBus;
import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.dispatch.DispatchMeters;
import io.insula.api.dispatch.EmbeddingLimits;
import io.insula.api.dispatch.Generation;
import io.insula.inference.InferenceConfig;
import io.insula.inference.InferenceVerticle;
import io.insula.inference.LoadedModel;
import io.insula.inference.admission.AdmissionConfig;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.schedule.SchedulerConfig;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Inference nodes and one HTTP node's dispatch on one event bus, and what can be done to one of the nodes. */
final class Fleet implements AutoCloseable {

    /** What happens to the node whose engine is the first to make so many decode steps. */
    enum Fault {
        NONE,
        ENGINE_FAILS,
        DEVICE_HANGS,
        NODE_CRASHES,
        NODE_SLEEPS_AND_WAKES,
        NODE_DRAINS,
        NODE_STOPS
    }

    /** What the nodes compute with. */
    interface Engines {

        /** Makes a node's engine, and another one after a failure. */
        DecoderEngine open(NodeId node);

        /** Lets a node's engine fail in the step that it is about to make. */
        void fail(NodeId node);
    }

    /** The processors. */
    static final Engines PROCESSORS = new Engines() {

        @Override
        public DecoderEngine open(NodeId node) {
            return OnnxDecoderEngine.load(
                    TinyLlama.make(), new EngineConfig(1, false, 256L << 20, TinyLlama.CONTEXT, SLOTS));
        }

        @Override
        public void fail(NodeId node) {
            throw new IllegalStateException("planted: the engine throws");
        }
    };

    static final int SLOTS = 6;
    private static final int FAULT_STEP = 30;
    private static final long PACE_NANOS = TimeUnit.MILLISECONDS.toNanos(4);
    private static final SchedulerConfig STANDARD = SchedulerConfig.DEFAULT;
    private static final InferenceConfig CONFIG = new InferenceConfig(
            AdmissionConfig.DEFAULT,
            new SchedulerConfig(
                    STANDARD.prefillChunkTokens(),
                    STANDARD.queueStreams(),
                    STANDARD.queueTokens(),
                    STANDARD.restartDelay(),
                    Duration.ofMillis(300),
                    STANDARD.prefixBytes(),
                    STANDARD.preemptionBytes()));

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final AtomicReference<@Nullable NodeId> struck = new AtomicReference<>();
    private final Vertx vertx = Vertx.vertx();
    private final Map<NodeId, InferenceVerticle> verticles = new LinkedHashMap<>();
    private final Map<NodeId, String> deployments = new ConcurrentHashMap<>();
    private final Set<NodeId> mute = ConcurrentHashMap.newKeySet();
    private final List<Consumer<NodeId>> mourners = new CopyOnWriteArrayList<>();
    private final CountDownLatch awake = new CountDownLatch(1);
    private final Engines engines;
    private final Fault fault;
    private final Context loop = vertx.getOrCreateContext();
    private final AtomicReference<@Nullable DispatchBus> dispatch = new AtomicReference<>();

    Fleet(Engines engines, Fault fault, int nodes) throws Exception {
        this.engines = engines;
        this.fault = fault;
        ProtocolCodecs.registerAll(vertx.eventBus());
        vertx.eventBus().addOutboundInterceptor(this::pass);
        on(() -> {
            DispatchBus bus = new DispatchBus(
                    vertx,
                    new NodeId("api"),
                    0,
                    () -> 1,
                    DispatchConfig.DEFAULT,
                    EmbeddingLimits.DEFAULT,
                    new DispatchMeters(meters),
                    listener -> {
                        mourners.add(listener);
                        return () -> mourners.remove(listener);
                    },
                    System::nanoTime);
            dispatch.set(bus);
            return bus.open();
        });
        List<Future<String>> deploying = new ArrayList<>();
        for (int i = 0; i < nodes; i++) {
            NodeId node = new NodeId("engine-" + i);
            InferenceVerticle verticle =
                    new InferenceVerticle(node, List.of(model(node)), CONFIG, new SimpleMeterRegistry());
            verticles.put(node, verticle);
            deploying.add(vertx.deployVerticle(verticle).onSuccess(id -> deployments.put(node, id)));
        }
        await(Future.all(deploying));
        while (on(() -> Future.succeededFuture(bus().engines().size())) < nodes) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** Asks everything at once and tells every answer. */
    List<Transcript> ask(List<Generation> generations) throws Exception {
        List<Transcript> transcripts = new ArrayList<>();
        on(() -> {
            for (Generation generation : generations) {
                Transcript transcript = new Transcript(generation.output().choices());
                transcripts.add(transcript);
                bus().dispatcher().dispatch(generation, transcript);
            }
            return Future.succeededFuture(true);
        });
        for (Transcript transcript : transcripts) {
            transcript.answer().get(60, TimeUnit.SECONDS);
        }
        return transcripts;
    }

    @Override
    public void close() {
        awake.countDown();
        onLoop(() -> bus().close()).join();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private LoadedModel model(NodeId node) {
        AtomicInteger steps = new AtomicInteger();
        return new LoadedModel(
                Questions.MODEL,
                () -> new FaultyEngine(engines.open(node), () -> step(node, steps)),
                new ByteChat(),
                "bytes",
                TinyLlama.CONTEXT);
    }

    /** On a device thread, which is as slow as a larger model's, so that faults come in the middle of answers. */
    private void step(NodeId node, AtomicInteger steps) {
        LockSupport.parkNanos(PACE_NANOS);
        if (fault == Fault.NONE || steps.incrementAndGet() != FAULT_STEP || !struck.compareAndSet(null, node)) {
            return;
        }
        switch (fault) {
            case NONE -> throw new IllegalStateException("no fault");
            case ENGINE_FAILS -> engines.fail(node);
            case DEVICE_HANGS -> sleep();
            case NODE_CRASHES -> {
                mute.add(node);
                mourners.forEach(mourner -> mourner.accept(node));
                sleep();
            }
            case NODE_SLEEPS_AND_WAKES -> {
                mute.add(node);
                // It wakes when its streams are elsewhere, and goes on where it stood.
                vertx.setPeriodic(20, timer -> {
                    if (meters.get("insula.api.streams.resumed").counter().count() > 0) {
                        vertx.cancelTimer(timer);
                        mute.remove(node);
                        awake.countDown();
                    }
                });
                sleep();
            }
            case NODE_DRAINS -> verticle(node).drain(Duration.ofMillis(1));
            case NODE_STOPS -> {
                String deployment = deployments.get(node);
                if (deployment != null) {
                    vertx.undeploy(deployment);
                }
            }
        }
    }

    private InferenceVerticle verticle(NodeId node) {
        InferenceVerticle verticle = verticles.get(node);
        if (verticle == null) {
            throw new IllegalStateException("no node " + node);
        }
        return verticle;
    }

    private void sleep() {
        try {
            awake.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Loses what a mute node says and what is said to it. */
    private void pass(DeliveryContext<Object> message) {
        boolean lost = switch (message.body()) {
            case FrameBatch batch -> mute.contains(batch.node());
            case EngineStatus status -> mute.contains(status.node());
            default ->
                mute.stream().anyMatch(node -> message.message().address().startsWith("inference." + node + "."));
        };
        if (!lost) {
            message.next();
        }
    }

    private DispatchBus bus() {
        DispatchBus bus = dispatch.get();
        if (bus == null) {
            throw new IllegalStateException("not open");
        }
        return bus;
    }

    @FunctionalInterface
    private interface OnLoop<T> {
        Future<T> run();
    }

    private <T> T on(OnLoop<T> action) throws Exception {
        return onLoop(action).get(60, TimeUnit.SECONDS);
    }

    private <T> CompletableFuture<T> onLoop(OnLoop<T> action) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(now -> action.run().onSuccess(done::complete).onFailure(done::completeExceptionally));
        return done;
    }

    private static <T> T await(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
}
