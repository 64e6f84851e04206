package io.insula.store.postgres;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.TenantId;
import io.insula.store.KeyMint;
import io.insula.store.Pepper;
import io.insula.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Gives a fresh database its default tenant with a user, an access key and an assistant config; leaves any other as it
 * is.
 *
 * <p><b>Thread:</b> blocks; called after {@link Migrations} and before any verticle starts.
 */
public final class Bootstrap {

    /** The value of the built-in key. */
    public static final String BUILT_IN_KEY = "default";

    /** The name of the first assistant config. */
    public static final String CONFIG_NAME = "starter";

    /** The system prompt of the first assistant config. */
    public static final String SYSTEM_PROMPT = "You are a helpful AI assistant.";

    /** Small models wander; the first answers that a user sees are the most probable ones. */
    private static final double TEMPERATURE = 0;

    private static final String NAME = "default";
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Bootstrap() {}

    /**
     * What a client needs to know.
     *
     * @param config the default tenant's oldest assistant config
     * @param newKey the key in clear when this call created it; it is kept nowhere
     */
    public record Welcome(TenantId tenant, ConfigId config, Optional<String> newKey) {}

    /**
     * Creates what is missing, once: whichever program comes first.
     *
     * @param owner the account given to {@link Migrations}
     * @param model the base model of the first assistant config
     */
    public static Welcome run(StoreConfig owner, Pepper pepper, FirstKey firstKey, ModelName model) {
        try (Connection connection = JdbcConnections.await(owner, PATIENCE)) {
            connection.setAutoCommit(false);
            // Row-level security binds the owner of the tables as well.
            execute(connection, "select set_config('app.tenant_id', ?, true)", TenantId.DEFAULT.toString());
            execute(connection, "select pg_advisory_xact_lock(hashtext('insula.bootstrap'))");
            Optional<String> key = createTenant(connection)
                    ? Optional.of(createUserWithKey(connection, pepper, firstKey))
                    : Optional.empty();
            if (firstKey == FirstKey.BUILT_IN) {
                followPepper(connection, pepper);
            }
            ConfigId config = oldestConfig(connection).orElse(null);
            if (config == null) {
                config = createConfig(connection, model);
            }
            connection.commit();
            return new Welcome(TenantId.DEFAULT, config, key);
        } catch (SQLException e) {
            throw new StoreException("The default tenant could not be created: " + e.getMessage(), e);
        }
    }

    /**
     * Reads what an earlier {@link #run} made, and changes nothing.
     *
     * @param application an account that may read configs
     * @throws StoreException when nothing was made yet
     */
    public static Welcome made(StoreConfig application) {
        try (Connection connection = JdbcConnections.await(application, PATIENCE)) {
            connection.setAutoCommit(false);
            execute(connection, "select set_config('app.tenant_id', ?, true)", TenantId.DEFAULT.toString());
            ConfigId config = oldestConfig(connection)
                    .orElseThrow(() -> new StoreException(
                            "The database " + application
                                    + " has no assistant config of the default tenant: run 'insula migrate' first",
                            new SQLException("assistant_config")));
            return new Welcome(TenantId.DEFAULT, config, Optional.empty());
        } catch (SQLException e) {
            throw new StoreException("The default tenant could not be read: " + e.getMessage(), e);
        }
    }

    private static boolean createTenant(Connection connection) throws SQLException {
        return execute(
                        connection,
                        "insert into insula.tenant (id, name) values (?, ?) on conflict do nothing",
                        TenantId.DEFAULT.value(),
                        NAME)
                == 1;
    }

    private static String createUserWithKey(Connection connection, Pepper pepper, FirstKey firstKey)
            throws SQLException {
        UUID user = UUID.randomUUID();
        execute(
                connection,
                "insert into insula.platform_user (id, tenant_id, name) values (?, ?, ?)",
                user,
                TenantId.DEFAULT.value(),
                NAME);
        boolean builtIn = firstKey == FirstKey.BUILT_IN;
        String key = builtIn ? BUILT_IN_KEY : new KeyMint().mint();
        execute(
                connection,
                """
                insert into insula.access_key (id, tenant_id, user_id, name, key_hash, key_hint, built_in)
                values (?, ?, ?, ?, ?, ?, ?)""",
                UUID.randomUUID(),
                TenantId.DEFAULT.value(),
                user,
                NAME,
                pepper.digest(key).toBytes(),
                KeyMint.hint(key),
                builtIn);
        return key;
    }

    /** With another pepper the built-in key has another hash; its row, active or revoked, stays. */
    private static void followPepper(Connection connection, Pepper pepper) throws SQLException {
        byte[] hash = pepper.digest(BUILT_IN_KEY).toBytes();
        execute(
                connection,
                "update insula.access_key set key_hash = ? where tenant_id = ? and built_in and key_hash <> ?",
                hash,
                TenantId.DEFAULT.value(),
                hash);
    }

    private static Optional<ConfigId> oldestConfig(Connection connection) throws SQLException {
        String query = "select id from insula.assistant_config where tenant_id = ? order by created_at, id limit 1";
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setObject(1, TenantId.DEFAULT.value());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(new ConfigId(rows.getObject(1, UUID.class))) : Optional.empty();
            }
        }
    }

    private static ConfigId createConfig(Connection connection, ModelName model) throws SQLException {
        ConfigId config = new ConfigId(UUID.randomUUID());
        execute(
                connection,
                """
                insert into insula.assistant_config (id, tenant_id, name, model, system_prompt, temperature)
                values (?, ?, ?, ?, ?, ?)""",
                config.value(),
                TenantId.DEFAULT.value(),
                CONFIG_NAME,
                model.value(),
                SYSTEM_PROMPT,
                TEMPERATURE);
        return config;
    }

    private static int execute(Connection connection, String sql, @Nullable Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.execute() ? 0 : statement.getUpdateCount();
        }
    }
}
