package io.insula.launcher;

import io.insula.api.ApiSettings;
import io.insula.api.ApiVerticle;
import io.insula.launcher.config.InsulaConfig;
import io.insula.protocol.NodeId;
import io.insula.store.UsageWriter;
import io.insula.store.postgres.PostgresStore;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;

/**
 * The HTTP side of a node: store, usage writer and one verticle for each processor.
 *
 * <p><b>Thread:</b> blocks the starting thread.
 */
final class ApiRole {

    private final NodeId node;
    private final InsulaConfig config;
    private final Awaiting awaiting;
    private final LifeCycle parts;

    ApiRole(NodeId node, InsulaConfig config, LifeCycle parts) {
        this.node = node;
        this.config = config;
        this.awaiting = new Awaiting(config);
        this.parts = parts;
    }

    /** Starts to answer; returns the port. */
    int start(Vertx vertx, Database database, MeterRegistry registry) {
        PostgresStore store = PostgresStore.open(vertx, database.application(), database.pepper(), config.cache());
        parts.started("store", () -> awaiting.await(store.close()));
        UsageWriter usage = new UsageWriter(vertx, store.usage(), config.usage());
        parts.started("usage writer", () -> awaiting.await(usage.close()));
        Gauge.builder("insula.usage.pending", usage, UsageWriter::pending).register(registry);
        FunctionCounter.builder("insula.usage.written", usage, UsageWriter::written)
                .register(registry);
        FunctionCounter.builder("insula.usage.lost", usage, UsageWriter::lost).register(registry);
        ApiVerticle.Instances api = ApiVerticle.instances(new ApiSettings(
                node,
                config.http(),
                config.dispatch(),
                config.embedding(),
                config.vizra(),
                config.drainTimeout(),
                store.accessKeys(),
                store.assistantConfigs(),
                usage::record,
                registry));
        String deployment = awaiting.await(vertx.deployVerticle(
                api, new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors())));
        parts.started("http", () -> awaiting.await(vertx.undeploy(deployment)));
        return api.port();
    }
}
