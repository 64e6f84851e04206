package io.insula.launcher;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command shares which starts a node; the command line is the environment's last word. */
final class NodeOptions {

    @Option(names = "--home", paramLabel = "DIR", description = "where data, models and settings live (~/.insula)")
    private Path home = Home.standard();

    @Option(names = "--host", paramLabel = "ADDRESS", description = "address of the API (127.0.0.1)")
    private @Nullable String host;

    @Option(names = "--port", paramLabel = "N", description = "port of the API (8000); 0 takes a free one")
    private @Nullable String port;

    @Option(names = "--management-port", paramLabel = "N", description = "port of health and metrics (8001)")
    private @Nullable String managementPort;

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description = "postgresql://user:password@host:port/database instead of the embedded PostgreSQL;"
                    + " better given as INSULA_DATABASE_URL, which no process list shows")
    private @Nullable String databaseUrl;

    @Option(names = "--model", paramLabel = "NAME", description = "the base model (smollm2-135m-instruct)")
    private @Nullable String model;

    /** The directory, made where it is missing. */
    Home home() {
        return Home.at(home);
    }

    /**
     * Reads every setting.
     *
     * @param further variables that win over the environment; null: as if not given
     */
    InsulaConfig config(Home directory, Map<String, @Nullable String> further) {
        Map<String, String> environment = new HashMap<>(System.getenv());
        override(environment, "INSULA_HTTP_HOST", host);
        override(environment, "INSULA_HTTP_PORT", port);
        override(environment, "INSULA_MANAGEMENT_PORT", managementPort);
        override(environment, "INSULA_DATABASE_URL", databaseUrl);
        override(environment, "INSULA_MODEL_NAME", model);
        further.forEach((variable, value) -> override(environment, variable, value));
        return InsulaConfig.from(Settings.read(directory.settingsFile(), environment));
    }

    private static void override(Map<String, String> environment, String variable, @Nullable String value) {
        if (value != null) {
            environment.put(variable, value);
            environment.remove(variable + "_FILE");
        }
    }
}
