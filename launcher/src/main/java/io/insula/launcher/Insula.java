package io.insula.launcher;

import io.insula.launcher.cluster.AllowedClasses;
import io.insula.launcher.cluster.ClusterException;
import io.insula.launcher.config.ConfigurationException;
import io.insula.launcher.engine.NoGpuException;
import io.insula.launcher.model.ModelException;
import io.insula.postgres.EmbeddedPostgresException;
import io.insula.store.StoreException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The program's entry point: one subcommand for each thing that a user does. */
@Command(
        name = "insula",
        description = "A multi-tenant assistant platform that speaks the OpenAI HTTP API.",
        mixinStandardHelpOptions = true,
        version = "Insula " + Insula.VERSION,
        subcommands = {
            UpCommand.class,
            ServeCommand.class,
            MigrateCommand.class,
            ClusterCommand.class,
            ModelCommand.class
        })
public final class Insula implements Runnable {

    /** What other nodes and people are told. */
    static final String VERSION = "0.1.0";

    private static final int USAGE = 2;
    private static final int FAILED = 1;

    @CommandLine.Spec
    private CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    private final EngineFitting fitting;

    private Insula(EngineFitting fitting) {
        this.fitting = fitting;
    }

    /** What is put around the engines of this program. */
    EngineFitting fitting() {
        return fitting;
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "a command is missing");
        }
    }

    /** Runs one command; its exit code is 0, 1 for a failure and 2 for a wrong command line or setting. */
    public static void main(String[] arguments) {
        System.exit(run(arguments, EngineFitting.NONE));
    }

    /** Runs one command of a program that puts something around its engines, and returns its exit code. */
    public static int run(String[] arguments, EngineFitting fitting) {
        AllowedClasses.confineJavaSerialization();
        CommandLine line = new CommandLine(new Insula(fitting)).setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(Insula::explain);
        return line.execute(arguments);
    }

    /** Failures that a person can mend are one sentence; only the others have a stack trace. */
    private static int explain(Exception failure, CommandLine line, CommandLine.ParseResult parsed) {
        switch (failure) {
            case ConfigurationException e -> {
                line.getErr().println(e.getMessage());
                return USAGE;
            }
            case ClusterException e -> line.getErr().println(e.getMessage());
            case NoGpuException e -> line.getErr().println(e.getMessage());
            case StartException e -> line.getErr().println(e.getMessage());
            case ModelException e -> line.getErr().println(e.getMessage());
            case EmbeddedPostgresException e -> line.getErr().println(e.getMessage());
            case StoreException e -> line.getErr().println(e.getMessage());
            default -> LoggerFactory.getLogger(Insula.class).error("Insula failed", failure);
        }
        return FAILED;
    }
}
