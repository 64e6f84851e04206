package io.insula.launcher;

import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.config.InsulaConfig;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code insula up}: both roles in one process, until it is told to stop. */
@Command(
        name = "up",
        description = "Starts everything on this machine: database, model, HTTP API.",
        mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Spec
    private @Nullable CommandSpec spec;

    @ParentCommand
    private @Nullable Insula program;

    @Override
    public Integer call() throws Exception {
        Home home = options.home();
        InsulaConfig config = options.config(home, Map.of());
        if (config.cluster().isClustered()) {
            throw new ConfigurationException("cluster.members, cluster.service-dns: insula up is alone on its machine"
                    + " (expected: empty, or insula serve)");
        }
        return new RunningProgram(
                        home,
                        config,
                        Roles.BOTH,
                        Objects.requireNonNull(program).fitting(),
                        Objects.requireNonNull(spec).commandLine().getOut())
                .run(node -> node.banner().text());
    }
}
