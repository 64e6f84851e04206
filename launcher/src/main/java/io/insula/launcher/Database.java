package io.insula.launcher;

import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.config.DatabaseConfig;
import io.insula.postgres.EmbeddedPostgres;
import io.insula.protocol.ModelName;
import io.insula.store.Pepper;
import io.insula.store.postgres.Bootstrap;
import io.insula.store.postgres.FirstKey;
import io.insula.store.postgres.Migrations;
import io.insula.store.postgres.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The program's database, embedded or given, migrated and with its default tenant.
 *
 * @param application what the running program connects with
 * @param welcome the default tenant and what a first start made
 * @param embedded the server that this program runs; null when it was given one
 */
record Database(
        StoreConfig application,
        Pepper pepper,
        Bootstrap.Welcome welcome,
        @Nullable EmbeddedPostgres embedded) implements AutoCloseable {

    static Database open(Home home, DatabaseConfig config, Pepper pepper, ModelName model) {
        if (!config.migrate()) {
            return migrated(given(config), config, pepper);
        }
        if (!config.embedded()) {
            return prepare(given(config), config, pepper, FirstKey.RANDOM, model, null);
        }
        EmbeddedPostgres postgres = EmbeddedPostgres.start(home.directory());
        try {
            StoreConfig owner = StoreConfig.of(postgres.url()).withCredentials(postgres.user(), postgres.password());
            return prepare(owner, config, pepper, FirstKey.BUILT_IN, model, postgres);
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    private static Database prepare(
            StoreConfig owner,
            DatabaseConfig config,
            Pepper pepper,
            FirstKey firstKey,
            ModelName model,
            @Nullable EmbeddedPostgres postgres) {
        StoreConfig application = limited(Migrations.run(owner, pepper), config);
        return new Database(application, pepper, Bootstrap.run(owner, pepper, firstKey, model), postgres);
    }

    /** A database that somebody else brings up to date: this program does not know the owner's account. */
    private static Database migrated(StoreConfig given, DatabaseConfig config, Pepper pepper) {
        StoreConfig application = limited(Migrations.applied(given, pepper), config);
        return new Database(application, pepper, Bootstrap.made(application), null);
    }

    private static StoreConfig limited(StoreConfig application, DatabaseConfig config) {
        return application.with(config.poolSize(), config.maxWaitQueue(), config.pipelining(), config.timeout());
    }

    private static StoreConfig given(DatabaseConfig config) {
        try {
            return StoreConfig.of(config.url());
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("database.url: " + e.getMessage());
        }
    }

    /** The secret that access keys are hashed with; made where it is missing. */
    static Pepper pepper(Home home, DatabaseConfig config) {
        Path file = config.pepperFile().isEmpty() ? home.pepperFile() : Path.of(config.pepperFile());
        try {
            return Pepper.in(file);
        } catch (IOException e) {
            throw new UncheckedIOException("database.pepper-file: " + file + " cannot be used", e);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException("database.pepper-file: " + file + ": " + e.getMessage());
        }
    }

    /** The key that the banner can show: the well-known one, or a random one at the start that made it. */
    Optional<String> shownKey() {
        return embedded != null ? Optional.of(Bootstrap.BUILT_IN_KEY) : welcome.newKey();
    }

    String keyNote() {
        if (embedded != null) {
            return "good on this machine only";
        }
        return welcome.newKey().isPresent() ? "shown this once, kept nowhere" : "shown at the first start";
    }

    String configName() {
        return Bootstrap.CONFIG_NAME;
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
