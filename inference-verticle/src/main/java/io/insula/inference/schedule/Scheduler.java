package io.insula.inference.schedule;

import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.EngineShape;
import io.insula.inference.engine.StepEngine;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ModelName;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one model's streams on one engine: takes admitted requests, and ends each with exactly one frame.
 *
 * <p><b>Thread:</b> every method is safe on any thread and none blocks. The engine belongs to a device thread of this
 * scheduler's own, which parks while there is nothing to do.
 */
public final class Scheduler {

    /** What became of an offered request. */
    public enum Offer {
        /** It will run. */
        QUEUED,
        /** This attempt runs already, and goes on. */
        RUNNING_ALREADY,
        /** A later attempt of the same request runs here. */
        SUPERSEDED,
        /** As many streams or tokens wait as may. */
        FULL,
        /** There is no engine: it does not start, or the scheduler is closed. */
        NO_ENGINE
    }

    /** What the names of device threads begin with. */
    public static final String THREAD_NAME = "insula-device-";

    private static final Logger log = LoggerFactory.getLogger(Scheduler.class);
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LEAST_RETRY_MILLIS = 500;
    private static final long MOST_RETRY_MILLIS = 60_000;

    private final ModelName model;
    private final String textFingerprint;
    private final int contextTokens;
    private final ChatTokenizer tokenizer;
    private final SchedulerConfig config;
    private final QueueSpace space;
    private final Queue<Mail> mail = new ConcurrentLinkedQueue<>();
    private final Map<RequestId, Integer> live = new ConcurrentHashMap<>();
    private final AtomicLong arrivals = new AtomicLong();
    private final AtomicReference<@Nullable CompletableFuture<Void>> idle = new AtomicReference<>();
    private final CompletableFuture<Void> started = new CompletableFuture<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private final StepLoop loop;
    private final Thread thread;
    private volatile boolean closing;
    private volatile boolean terminated;

    /**
     * @param textFingerprint identifies tokenizer and chat template; engines are equal when this and theirs are
     * @param contextTokens longest prompt plus answer, where the engine's slots are not shorter still
     * @param engines makes the engine, and a new one after a failure; called on the device thread
     * @param nanos a clock as {@link System#nanoTime}
     */
    public Scheduler(
            ModelName model,
            String textFingerprint,
            int contextTokens,
            Supplier<? extends StepEngine> engines,
            ChatTokenizer tokenizer,
            SchedulerConfig config,
            FrameSink sink,
            MeterRegistry registry,
            LongSupplier nanos) {
        this.model = model;
        this.textFingerprint = textFingerprint;
        this.contextTokens = contextTokens;
        this.tokenizer = tokenizer;
        this.config = config;
        this.space = new QueueSpace(config.queueStreams(), config.queueTokens());
        SchedulerMeters meters = new SchedulerMeters(registry, model);
        this.loop =
                new StepLoop(engines, tokenizer, config, mail, space, new Outbox(sink), meters, nanos, this::forget);
        this.thread = Thread.ofPlatform().name(THREAD_NAME + model).daemon().unstarted(this::run);
        SchedulerGauges.register(meters, loop, space);
    }

    /** Starts the device thread; the future completes when the engine is ready, or fails as its factory did. */
    public CompletableFuture<Void> start() {
        thread.start();
        return started.copy();
    }

    /** Takes a request, if there is room. */
    public Offer offer(StreamRequest request) {
        RequestId id = request.command().request();
        int attempt = request.command().attempt();
        int kvTokens = request.kvTokens();
        if (closing || loop.load().shape() == null || loop.stalls().stalled()) {
            return Offer.NO_ENGINE;
        }
        Integer running = live.get(id);
        if (running != null && running >= attempt) {
            return running == attempt ? Offer.RUNNING_ALREADY : Offer.SUPERSEDED;
        }
        ScheduledStream stream = new ScheduledStream(request, tokenizer, arrivals.getAndIncrement());
        if (!space.take(kvTokens)) {
            return Offer.FULL;
        }
        int newest = live.merge(id, attempt, Math::max);
        if (newest != attempt) {
            space.giveBack(kvTokens);
            return Offer.SUPERSEDED;
        }
        Mail submission = new Mail.Submit(stream);
        post(submission);
        if (terminated && mail.remove(submission)) {
            space.giveBack(kvTokens);
            live.remove(id, attempt);
            return Offer.NO_ENGINE;
        }
        return Offer.QUEUED;
    }

    /** Ends a stream if its attempt is this one or an earlier one; a stream that is not here stays unknown. */
    public void cancel(RequestId request, int attempt) {
        if (live.containsKey(request)) {
            post(new Mail.Cancel(request, attempt));
        }
    }

    /** Ends every stream of an HTTP node. */
    public void cancelAllOf(NodeId apiNode) {
        post(new Mail.CancelNode(apiNode));
    }

    /**
     * Ends every stream here, to go on elsewhere.
     *
     * @param except the HTTP node whose streams stay; null for none
     */
    public void handOver(@Nullable NodeId except) {
        post(new Mail.HandOver(except));
    }

    /**
     * Looks whether the device hangs; to be called several times a second, on one thread.
     *
     * @return whether that has changed
     */
    public boolean watch(long nowNanos) {
        boolean before = loop.stalls().stalled();
        loop.stalls().look(nowNanos);
        boolean now = loop.stalls().stalled();
        if (now && !before) {
            log.error("The device of {} hangs: nothing is given to it, and its streams go elsewhere", model);
        } else if (before && !now) {
            log.warn("The device of {} goes on", model);
        }
        return now != before;
    }

    /** Whether the device hangs for so long that it will hardly go on, as of the last {@link #watch}; on any thread. */
    public boolean hopeless() {
        return loop.stalls().hopeless();
    }

    /** Completes once no stream waits or runs. */
    public CompletableFuture<Void> whenIdle() {
        CompletableFuture<Void> waiter = idle.updateAndGet(now -> now == null ? new CompletableFuture<>() : now);
        completeWhenIdle();
        return waiter == null ? CompletableFuture.completedFuture(null) : waiter.copy();
    }

    /** The longest prompt plus answer that fits. */
    public int contextTokens() {
        EngineShape shape = loop.load().shape();
        return shape == null ? contextTokens : Math.min(contextTokens, shape.slotTokens());
    }

    /**
     * The most choices of one request with such a prompt: as many as there are slots, and any number where a copy of the prompt
     * can be kept for the others. Without an engine none is refused for it.
     */
    public int mostChoices(int promptTokens) {
        SchedulerLoad load = loop.load();
        EngineShape shape = load.shape();
        return shape == null || promptTokens <= load.mostParkedTokens() ? Integer.MAX_VALUE : shape.slots();
    }

    /** What this scheduler can take right now; nothing while it has no engine, or one that hangs. */
    public ModelStatus status() {
        SchedulerLoad load = loop.load();
        EngineShape shape = loop.stalls().stalled() ? null : load.shape();
        int slots = shape == null ? 0 : shape.slots();
        return new ModelStatus(
                model,
                textFingerprint + ":" + load.fingerprint() + ":" + Sampler.VERSION,
                contextTokens(),
                slots,
                Math.max(0, slots - load.heldSlots()),
                space.tokens(),
                space.streams(),
                shape == null ? 0 : config.queueStreams(),
                load.stepsPerSecond());
    }

    /** When a refused request has a chance, from how long streams lately held their slots. */
    public int retryAfterMillis() {
        SchedulerLoad load = loop.load();
        EngineShape shape = load.shape();
        if (shape == null) {
            return (int) Math.min(config.restartDelay().toMillis(), MOST_RETRY_MILLIS);
        }
        long turns = 1L + space.streams() / shape.slots();
        long millis = TimeUnit.NANOSECONDS.toMillis(turns * load.meanServiceNanos());
        return (int) Math.clamp(millis, LEAST_RETRY_MILLIS, MOST_RETRY_MILLIS);
    }

    /** Hands every stream over, ends the engine and the device thread; the future completes when all are gone. */
    public CompletableFuture<Void> close() {
        closing = true;
        if (thread.getState() == Thread.State.NEW) {
            closed.complete(null);
        }
        LockSupport.unpark(thread);
        return closed.copy();
    }

    /** One step without the device thread, for a caller that is the only one. */
    boolean step() {
        return loop.step();
    }

    private void run() {
        try {
            loop.open();
            log.info("Engine of {} is ready, fingerprint {}", model, loop.load().fingerprint());
            started.complete(null);
            while (!closing) {
                if (!loop.step() && mail.isEmpty()) {
                    pause();
                }
            }
        } catch (Throwable failure) {
            // Only a failure to start comes here: steps keep their failures to themselves.
            started.completeExceptionally(failure);
        } finally {
            closing = true;
            terminated = true;
            finish();
        }
    }

    private void finish() {
        try {
            loop.close();
        } catch (Throwable failure) {
            log.warn("The engine of {} does not close", model, failure);
        } finally {
            closed.complete(null);
        }
    }

    private void pause() {
        if (loop.waitsForTime()) {
            LockSupport.parkNanos(this, PATIENCE_NANOS);
        } else {
            LockSupport.park(this);
        }
    }

    private void post(Mail item) {
        mail.add(item);
        LockSupport.unpark(thread);
    }

    private void forget(ScheduledStream stream) {
        live.remove(stream.id(), stream.attempt());
        completeWhenIdle();
    }

    private void completeWhenIdle() {
        if (live.isEmpty()) {
            CompletableFuture<Void> waiter = idle.getAndSet(null);
            if (waiter != null) {
                waiter.complete(null);
            }
        }
    }
}
