package io.insula.launcher;

import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.config.InsulaConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code insula serve}: one node, with the roles it is given, on a database that somebody else runs. */
@Command(
        name = "serve",
        description = "Starts one node of a cluster, or one node alone on a given database.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {

    private static final String DNS = "dns:";

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Option(
            names = "--roles",
            paramLabel = "ROLES",
            description = "api, inference or both (both)",
            defaultValue = "both")
    private Roles roles = Roles.BOTH;

    @Option(
            names = "--cluster",
            paramLabel = "NODES",
            description = "where other nodes are: host:port,host:port,… or dns:NAME")
    private @Nullable String cluster;

    @Option(
            names = "--cluster-interface",
            paramLabel = "ADDRESS",
            description = "this machine's address in the cluster (the one that --cluster names)")
    private @Nullable String clusterInterface;

    @Option(
            names = "--cluster-port",
            paramLabel = "N",
            description = "port of membership traffic (the first free one that --cluster names); the bus has the next")
    private @Nullable String clusterPort;

    @Spec
    private @Nullable CommandSpec spec;

    @ParentCommand
    private @Nullable Insula program;

    @Override
    public Integer call() throws Exception {
        Home home = options.home();
        InsulaConfig config = options.config(home, clusterVariables());
        refuse(config);
        return new RunningProgram(
                        home,
                        config,
                        roles,
                        Objects.requireNonNull(program).fitting(),
                        Objects.requireNonNull(spec).commandLine().getOut())
                .run(RunningNode::readyLine);
    }

    private Map<String, @Nullable String> clusterVariables() {
        Map<String, @Nullable String> variables = new HashMap<>();
        if (cluster != null) {
            boolean byName = cluster.startsWith(DNS);
            variables.put("INSULA_CLUSTER_MEMBERS", byName ? "" : cluster);
            variables.put("INSULA_CLUSTER_SERVICE_DNS", byName ? cluster.substring(DNS.length()) : "");
        }
        variables.put("INSULA_CLUSTER_INTERFACE", clusterInterface);
        variables.put("INSULA_CLUSTER_PORT", clusterPort);
        return variables;
    }

    private void refuse(InsulaConfig config) {
        if (roles != Roles.BOTH && !config.cluster().isClustered()) {
            throw new ConfigurationException(
                    "--cluster is missing: a node with the role " + roles.name().toLowerCase(java.util.Locale.ROOT)
                            + " alone does nothing (expected: --cluster host:port,… or dns:NAME)");
        }
        if (roles.api() && config.database().embedded()) {
            throw new ConfigurationException("--database-url is missing: nodes that answer HTTP share one PostgreSQL"
                    + " (expected: postgresql://user:password@host:port/database); insula up has one of its own");
        }
    }
}
