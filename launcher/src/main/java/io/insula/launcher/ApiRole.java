package io.insula.launcher;

import io.insula.api.ApiSettings;
import io.insula.api.ApiVerticle;
import io.insula.api.http.ClusterPage;
import io.insula.launcher.config.InsulaConfig;
import io.insula.protocol.Addresses;
import io.insula.protocol.NodeDepartures;
import io.insula.protocol.NodeId;
import io.insula.store.UsageWriter;
import io.insula.store.postgres.PostgresStore;
import io.insula.store.spool.UsageSpool;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The HTTP side of a node: store, usage writer and one verticle for each processor.
 *
 * <p><b>Thread:</b> blocks the starting thread.
 */
final class ApiRole {

    private static final int INSTANCES = Runtime.getRuntime().availableProcessors();

    private final NodeId node;
    private final Home home;
    private final InsulaConfig config;
    private final NodeDepartures departures;
    private final Awaiting awaiting;
    private final LifeCycle parts;

    /**
     * @param departures of other nodes
     */
    ApiRole(NodeId node, Home home, InsulaConfig config, NodeDepartures departures, LifeCycle parts) {
        this.node = node;
        this.home = home;
        this.departures = departures;
        this.config = config;
        this.awaiting = new Awaiting(config);
        this.parts = parts;
    }

    /** Where the node listens on the bus once it has started. */
    List<String> addresses() {
        List<String> addresses = new ArrayList<>(List.of(Addresses.INFERENCE_STATUS, Addresses.usage(node)));
        IntStream.range(0, INSTANCES).forEach(instance -> addresses.add(Addresses.frames(node, instance)));
        return addresses;
    }

    /**
     * Starts to answer; returns the port.
     *
     * @param page the cluster, for those who run it
     */
    int start(Vertx vertx, Database database, ClusterPage page, MeterRegistry registry) {
        PostgresStore store = PostgresStore.open(vertx, database.application(), database.pepper(), config.cache());
        parts.started("store", () -> awaiting.await(store.close()));
        UsageSpool usage = usage(vertx, store, registry);
        ApiVerticle.Instances api = ApiVerticle.instances(
                new ApiSettings(
                        node,
                        config.http(),
                        config.dispatch(),
                        config.embedding(),
                        config.vizra(),
                        config.drainTimeout(),
                        store.accessKeys(),
                        store.assistantConfigs(),
                        usage::record,
                        registry,
                        departures,
                        usage),
                page);
        String deployment = awaiting.await(vertx.deployVerticle(api, new DeploymentOptions().setInstances(INSTANCES)));
        parts.started("http", () -> awaiting.await(vertx.undeploy(deployment)));
        parts.started("notice to clients", () -> {
            api.leave();
            Thread.sleep(config.notice());
        });
        return api.port();
    }

    private UsageSpool usage(Vertx vertx, PostgresStore store, MeterRegistry registry) {
        UsageWriter writer = new UsageWriter(vertx, store.usage(), config.usage());
        UsageSpool spool = UsageSpool.open(writer, config.spool().in(home.usageDirectory(), config.usage()));
        parts.started("usage", () -> awaiting.await(spool.close()));
        Gauge.builder("insula.usage.pending", spool, UsageSpool::pending)
                .description("Usage rows that are not in the ledger yet")
                .register(registry);
        Gauge.builder("insula.usage.spooled", spool, UsageSpool::spooled)
                .description("Usage rows that wait in files alone")
                .register(registry);
        FunctionCounter.builder("insula.usage.written", writer, UsageWriter::written)
                .description("Usage rows handed to the ledger")
                .register(registry);
        FunctionCounter.builder("insula.usage.recovered", spool, UsageSpool::recovered)
                .description("Usage rows found in what earlier programs had left")
                .register(registry);
        FunctionCounter.builder("insula.usage.damaged", spool, UsageSpool::damagedBytes)
                .baseUnit("bytes")
                .description("Bytes found in such files that were no rows")
                .register(registry);
        FunctionCounter.builder("insula.usage.unsafe", spool, UsageSpool::unsafe)
                .description("Usage rows that no file would take, kept in memory alone")
                .register(registry);
        FunctionCounter.builder("insula.usage.lost", spool, kept -> kept.lost() + writer.lost())
                .description("Usage rows that were given up")
                .register(registry);
        return spool;
    }
}
