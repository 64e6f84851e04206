package io.insula.api.dispatch;

import io.insula.protocol.Addresses;
import io.insula.protocol.ApiStatus;
import io.insula.protocol.EngineStatus;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.Leases;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Connects a dispatcher to the event bus: frames and leases in, this node's own lease out.
 *
 * <p><b>Thread:</b> the event loop that created it.
 */
public final class DispatchBus {

    private static final long WATCH_MILLIS = 250;

    private final Vertx vertx;
    private final NodeId node;
    private final int instance;
    private final EngineRegistry engines;
    private final Dispatcher dispatcher;
    private final EmbeddingDispatcher embeddings;
    private final DispatchMeters meters;
    private final IntSupplier instances;
    private final NodeDepartures departures;
    private Runnable deaf = () -> {};
    private @Nullable MessageConsumer<FrameBatch> frames;
    private @Nullable MessageConsumer<EngineStatus> statuses;
    private long watchTimer;
    private long leaseTimer;

    /**
     * @param instance this verticle instance's number on its node, from 0
     * @param instances how many verticle instances the node has
     * @param meters shared by them
     * @param departures of inference nodes
     * @param nanoClock monotonic nanoseconds
     */
    public DispatchBus(
            Vertx vertx,
            NodeId node,
            int instance,
            IntSupplier instances,
            DispatchConfig config,
            EmbeddingLimits embedding,
            DispatchMeters meters,
            NodeDepartures departures,
            LongSupplier nanoClock) {
        this.vertx = vertx;
        this.node = node;
        this.instance = instance;
        this.instances = instances;
        this.meters = meters;
        this.departures = departures;
        this.engines = new EngineRegistry(config.failover().setAside(), nanoClock);
        EnginePort port = new BusEngines(vertx.eventBus(), engines::newestVersion);
        this.dispatcher = new Dispatcher(node, instance, config, engines, port, nanoClock, meters);
        this.embeddings =
                new EmbeddingDispatcher(config, embedding, engines, EmbeddingPort.over(vertx.eventBus()), nanoClock);
    }

    public Dispatcher dispatcher() {
        return dispatcher;
    }

    public EmbeddingDispatcher embeddings() {
        return embeddings;
    }

    public EngineRegistry engines() {
        return engines;
    }

    /** Registers this instance's fixed addresses; completes when they can be sent to. */
    public Future<Void> open() {
        frames = vertx.eventBus().consumer(Addresses.frames(node, instance), message -> {
            dispatcher.frames(message.body());
        });
        statuses = vertx.eventBus().consumer(Addresses.INFERENCE_STATUS, message -> {
            EngineStatus status = message.body();
            engines.renew(status);
            dispatcher.heard(status.node());
        });
        Context loop = vertx.getOrCreateContext();
        deaf = departures.listen(gone -> loop.runOnContext(now -> {
            dispatcher.left(gone);
            embeddings.left(gone);
        }));
        watchTimer = vertx.setPeriodic(WATCH_MILLIS, id -> {
            dispatcher.watch();
            embeddings.watch();
        });
        if (instance == 0) {
            publish(false);
            leaseTimer = vertx.setPeriodic(Leases.PERIOD.toMillis(), id -> publish(false));
        }
        return Future.all(frames.completion(), statuses.completion()).mapEmpty();
    }

    /** Cancels what still runs and leaves the bus. */
    public Future<Void> close() {
        vertx.cancelTimer(watchTimer);
        deaf.run();
        dispatcher.close();
        if (instance == 0) {
            vertx.cancelTimer(leaseTimer);
            publish(true);
        }
        Future<Void> framesGone = frames == null ? Future.succeededFuture() : frames.unregister();
        Future<Void> statusesGone = statuses == null ? Future.succeededFuture() : statuses.unregister();
        return Future.join(framesGone, statusesGone).mapEmpty();
    }

    private void publish(boolean leaving) {
        ApiStatus status = new ApiStatus(
                node,
                ProtocolCodecs.VERSION,
                leaving,
                ProtocolCodecs.OLDEST_VERSION,
                meters.active(),
                instances.getAsInt());
        vertx.eventBus().publish(Addresses.API_STATUS, status);
    }
}
