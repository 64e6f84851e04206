package io.insula.bench.cluster;

import io.insula.postgres.EmbeddedPostgres;
import io.insula.store.Pepper;
import io.insula.store.postgres.Bootstrap;
import io.insula.store.postgres.FirstKey;
import io.insula.store.postgres.Migrations;
import io.insula.store.postgres.StoreConfig;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The PostgreSQL that all HTTP nodes of the benchmark share, with the default tenant, its built-in key and one config.
 *
 * @param pepper the file with the secret that keys are hashed with
 */
record BenchDatabase(EmbeddedPostgres server, Path pepper) implements AutoCloseable {

    static BenchDatabase start(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        EmbeddedPostgres server = EmbeddedPostgres.start(absolute.resolve("home"), absolute.resolve("postgres"));
        try {
            Path file = absolute.resolve("pepper");
            Pepper pepper = Pepper.in(file);
            StoreConfig owner = StoreConfig.of(server.url()).withCredentials(server.user(), server.password());
            Migrations.run(owner, pepper);
            Bootstrap.run(owner, pepper, FirstKey.BUILT_IN, PacedEngine.MODEL);
            return new BenchDatabase(server, file);
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
    }

    /** With the account that may migrate, as a node is given it. */
    String url() {
        return server.url().replace("postgresql://", "postgresql://" + server.user() + ":" + server.password() + "@");
    }

    @Override
    public void close() {
        server.close();
    }
}
