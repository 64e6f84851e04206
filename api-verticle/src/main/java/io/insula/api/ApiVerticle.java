package io.insula.api;

import io.insula.api.assistant.Assistants;
import io.insula.api.dispatch.DispatchBus;
import io.insula.api.dispatch.DispatchMeters;
import io.insula.api.governance.Accounting;
import io.insula.api.governance.EmbeddingAccounting;
import io.insula.api.governance.OrphanedUsageDesk;
import io.insula.api.http.ApiServer;
import io.insula.api.http.ClusterPage;
import io.insula.api.http.RequestIds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Wires the HTTP side of a node: one instance is one event loop with its own streams and its own bus address. */
public final class ApiVerticle extends VerticleBase {

    private static final AtomicInteger FREE_PORTS = new AtomicInteger();

    private final ApiSettings settings;
    private final @Nullable ClusterPage page;
    private final int instance;
    private final IntSupplier instances;
    private final DispatchMeters dispatchMeters;
    private final RequestIds ids;
    private final int listeningPort;
    private final BooleanSupplier leaving;
    private final AtomicInteger port;
    private final LastAnswer lastAnswer;
    private @Nullable DispatchBus bus;
    private @Nullable OrphanedUsageDesk orphans;
    private Runnable deaf = () -> {};
    private @Nullable ApiServer server;

    private ApiVerticle(
            ApiSettings settings,
            @Nullable ClusterPage page,
            int instance,
            IntSupplier instances,
            DispatchMeters dispatchMeters,
            RequestIds ids,
            int listeningPort,
            BooleanSupplier leaving,
            AtomicInteger port,
            LastAnswer lastAnswer) {
        this.settings = settings;
        this.page = page;
        this.instance = instance;
        this.instances = instances;
        this.dispatchMeters = dispatchMeters;
        this.ids = ids;
        this.listeningPort = listeningPort;
        this.leaving = leaving;
        this.port = port;
        this.lastAnswer = lastAnswer;
        lastAnswer.expect();
    }

    /** Makes the instances of one deployment, numbered from 0. */
    public static Instances instances(ApiSettings settings) {
        return new Instances(settings, null);
    }

    /** Makes the instances of one deployment that show the cluster to those who run it. */
    public static Instances instances(ApiSettings settings, ClusterPage page) {
        return new Instances(settings, page);
    }

    @Override
    public Future<?> start() {
        DispatchBus opened = new DispatchBus(
                vertx,
                settings.node(),
                instance,
                instances,
                settings.dispatch(),
                settings.embedding(),
                dispatchMeters,
                settings.departures(),
                System::nanoTime);
        bus = opened;
        Assistants assistants = new Assistants(
                settings.configs(), () -> ThreadLocalRandom.current().nextLong(), opened.engines()::knowsBaseModel);
        Accounting accounting = new Accounting(opened.dispatcher(), settings.ledger());
        EmbeddingAccounting embeddings = new EmbeddingAccounting(opened.embeddings(), settings.ledger());
        ApiServer listening = new ApiServer(vertx, settings.http(), listeningPort, leaving, ids, System::nanoTime);
        server = listening;
        return opened.open()
                .compose(ready -> openDesk())
                .compose(ready -> listening.listen(
                        context,
                        settings.keys(),
                        assistants,
                        accounting,
                        embeddings,
                        settings.embedding().maxInputs(),
                        settings.vizraModels(),
                        page,
                        settings.meters()))
                .onSuccess(port::set);
    }

    /** One for the node. */
    private Future<Void> openDesk() {
        if (instance > 0) {
            return Future.succeededFuture();
        }
        OrphanedUsageDesk desk =
                new OrphanedUsageDesk(settings.node(), settings.keeper(), settings.meters(), System::nanoTime);
        orphans = desk;
        deaf = settings.departures().listen(gone -> context.runOnContext(now -> desk.left(gone)));
        return desk.open(vertx.eventBus());
    }

    @Override
    public Future<?> stop() {
        deaf.run();
        Future<Void> drained = server == null ? Future.succeededFuture() : server.shutdown(settings.drainTimeout());
        // The instances are one node to the engines, which end a node's streams when it leaves: the last one says so.
        // One that never started gives no answer, and is not waited for longer than one that answers.
        long limit = Math.max(1, settings.drainTimeout().toMillis());
        return drained.eventually(() -> lastAnswer.given().timeout(limit, TimeUnit.MILLISECONDS))
                .eventually(() -> orphans == null ? Future.succeededFuture() : orphans.close())
                .eventually(() -> bus == null ? Future.succeededFuture() : bus.close());
    }

    /** The instances of one deployment: give it to {@code deployVerticle}. */
    public static final class Instances implements Supplier<ApiVerticle> {

        private final ApiSettings settings;
        private final @Nullable ClusterPage page;
        private final DispatchMeters dispatchMeters;
        private final RequestIds ids = new RequestIds(System::currentTimeMillis);
        private final AtomicInteger next = new AtomicInteger();
        private final int listeningPort;
        private final AtomicBoolean leaving = new AtomicBoolean();
        private final AtomicInteger port = new AtomicInteger();
        private final LastAnswer lastAnswer = new LastAnswer();

        private Instances(ApiSettings settings, @Nullable ClusterPage page) {
            this.settings = settings;
            this.page = page;
            // Each instance would take a free port of its own, and clients would know that of one.
            this.listeningPort = settings.http().port() == 0
                    ? -FREE_PORTS.incrementAndGet()
                    : settings.http().port();
            this.dispatchMeters = new DispatchMeters(settings.meters());
        }

        @Override
        public ApiVerticle get() {
            return new ApiVerticle(
                    settings,
                    page,
                    next.getAndIncrement(),
                    next::get,
                    dispatchMeters,
                    ids,
                    listeningPort,
                    leaving::get,
                    port,
                    lastAnswer);
        }

        /** Goes on answering, and tells clients to connect elsewhere from now on. */
        public void leave() {
            leaving.set(true);
        }

        /** The port that is listened on; 0 before the deployment is complete. */
        public int port() {
            return port.get();
        }
    }
}
