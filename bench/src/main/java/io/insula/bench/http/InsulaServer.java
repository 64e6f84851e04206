package io.insula.bench.http;

import io.insula.api.ApiSettings;
import io.insula.api.ApiVerticle;
import io.insula.api.dispatch.DispatchConfig;
import io.insula.api.http.HttpConfig;
import io.insula.api.vizra.VizraModels;
import io.insula.bench.ChildProcess;
import io.insula.postgres.EmbeddedPostgres;
import io.insula.protocol.NodeId;
import io.insula.protocol.wire.ProtocolCodecs;
import io.insula.store.CacheConfig;
import io.insula.store.Pepper;
import io.insula.store.UsageWriter;
import io.insula.store.UsageWriterConfig;
import io.insula.store.postgres.Bootstrap;
import io.insula.store.postgres.FirstKey;
import io.insula.store.postgres.Migrations;
import io.insula.store.postgres.PostgresStore;
import io.insula.store.postgres.StoreConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;

/** Our HTTP path in a process of its own: verticle, PostgreSQL store and a stub engine on the local bus. */
final class InsulaServer {

    private InsulaServer() {}

    /**
     * Serves until its standard input ends.
     *
     * @param arguments the folder of the database, which is made when missing, and that of PostgreSQL's programs
     */
    public static void main(String[] arguments) throws Exception {
        byte[] secret = new byte[Pepper.MIN_BYTES];
        new SecureRandom().nextBytes(secret);
        Pepper pepper = Pepper.of(secret);
        try (EmbeddedPostgres server = EmbeddedPostgres.start(Path.of(arguments[0]), Path.of(arguments[1]))) {
            StoreConfig owner = StoreConfig.of(server.url()).withCredentials(server.user(), server.password());
            StoreConfig application = Migrations.run(owner, pepper);
            Bootstrap.run(owner, pepper, FirstKey.BUILT_IN, StubEngine.MODEL);
            Vertx vertx = Vertx.vertx();
            ProtocolCodecs.registerAll(vertx.eventBus());
            PostgresStore store = PostgresStore.open(vertx, application, pepper, CacheConfig.DEFAULT);
            store.listening().await();
            UsageWriter usage = new UsageWriter(vertx, store.usage(), UsageWriterConfig.DEFAULT);
            ApiVerticle.Instances instances = ApiVerticle.instances(new ApiSettings(
                    new NodeId("api"),
                    HttpConfig.DEFAULT.listeningOn("127.0.0.1", 0),
                    DispatchConfig.DEFAULT,
                    VizraModels.DEFAULT,
                    Duration.ofSeconds(1),
                    store.accessKeys(),
                    store.assistantConfigs(),
                    usage::record,
                    new SimpleMeterRegistry()));
            vertx.deployVerticle(instances, new DeploymentOptions()).await();
            new StubEngine(vertx).start();
            ChildProcess.ready(instances.port());
            usage.close().await();
            vertx.close().await();
        }
        System.exit(0);
    }
}
