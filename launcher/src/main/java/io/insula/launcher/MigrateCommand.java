package io.insula.launcher;

import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code insula migrate}: brings a given database to the schema of this program, and ends. */
@Command(
        name = "migrate",
        description =
                "Brings a PostgreSQL to this program's schema, under an account that serving programs need not know.",
        mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {

    private static final String URL_VARIABLE = "INSULA_DATABASE_URL";

    @Option(names = "--home", paramLabel = "DIR", description = "where settings and the pepper live (~/.insula)")
    private Path home = Home.standard();

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description = "postgresql://owner:password@host:port/database; better given as INSULA_DATABASE_URL_FILE,"
                    + " which names a file that holds it")
    private @Nullable String databaseUrl;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("not called from a command line");
        }
        Home directory = Home.at(home);
        InsulaConfig config = InsulaConfig.from(Settings.read(directory.settingsFile(), environment()));
        if (config.database().embedded()) {
            throw new ConfigurationException(
                    "database.url: (empty) (expected: postgresql://owner:password@host:port/database;"
                            + " 'insula up' migrates the embedded PostgreSQL itself)");
        }
        if (!config.database().migrate()) {
            throw new ConfigurationException("database.migrate: false (expected: true for 'insula migrate')");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Database database = open(directory, config)) {
            out.println("The database " + database.application() + " has the schema of this program.");
            database.shownKey()
                    .ifPresent(
                            key -> out.println("The default tenant's first key, " + database.keyNote() + ": " + key));
            out.flush();
        }
        return 0;
    }

    private static Database open(Home home, InsulaConfig config) {
        return Database.open(home, config.database(), Database.pepper(home, config.database()), config.model());
    }

    /** The command line is the environment's last word. */
    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        if (databaseUrl != null) {
            environment.put(URL_VARIABLE, databaseUrl);
            environment.remove(URL_VARIABLE + "_FILE");
        }
        return environment;
    }
}
