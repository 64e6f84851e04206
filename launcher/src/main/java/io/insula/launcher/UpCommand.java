package io.insula.launcher;

import io.insula.launcher.config.InsulaConfig;
import io.insula.launcher.config.Settings;
import io.insula.launcher.terminal.Terminal;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code insula up}: both roles in one process, until it is told to stop. */
@Command(
        name = "up",
        description = "Starts everything on this machine: database, model, HTTP API.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

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

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (spec == null) {
            throw new IllegalStateException("not called from a command line");
        }
        Home directory = Home.at(home);
        InsulaConfig config = InsulaConfig.from(Settings.read(directory.settingsFile(), environment()));
        StopSignals signals = StopSignals.listen();
        CompletableFuture<Banner> started;
        try (LifeCycle parts = new LifeCycle()) {
            Node node = new Node(directory, config, Terminal.progress(), parts);
            started = InBackground.supply(node::start);
            CompletableFuture.anyOf(started, signals.exitCode()).join();
            if (started.isDone()) {
                spec.commandLine().getOut().println(started.join().text());
                spec.commandLine().getOut().flush();
            }
            signals.exitCode().join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
        int code = signals.exitCode().join();
        if (!started.isDone()) {
            // The engine may be computing its trial; an orderly exit would take ONNX Runtime away under it.
            Runtime.getRuntime().halt(code);
        }
        return code;
    }

    /** The command line is the environment's last word. */
    private Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>(System.getenv());
        override(environment, "INSULA_HTTP_HOST", host);
        override(environment, "INSULA_HTTP_PORT", port);
        override(environment, "INSULA_MANAGEMENT_PORT", managementPort);
        override(environment, "INSULA_DATABASE_URL", databaseUrl);
        override(environment, "INSULA_MODEL_NAME", model);
        return environment;
    }

    private static void override(Map<String, String> environment, String variable, @Nullable String value) {
        if (value != null) {
            environment.put(variable, value);
        }
    }
}
