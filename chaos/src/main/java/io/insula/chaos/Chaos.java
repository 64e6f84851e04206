package io.insula.chaos;

import io.insula.chaos.fault.Scenario;
import io.insula.chaos.house.Network;
import io.insula.postgres.EmbeddedPostgresException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line of the fault injection: {@code ./insula chaos}. */
@Command(
        name = "chaos",
        description =
                "Breaks a cluster of three inference and two HTTP processes while clients are answered, and compares"
                        + " what they are told with an undisturbed run.",
        mixinStandardHelpOptions = true)
public final class Chaos implements Callable<Integer> {

    private static final String ALL = "all";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--scenario",
            split = ",",
            paramLabel = "NAME",
            description = "what is broken, several separated by commas: ${COMPLETION-CANDIDATES}, or all (default)",
            completionCandidates = Titles.class)
    private List<String> scenarios = List.of(ALL);

    @Option(names = "--streams", paramLabel = "N", description = "clients at once (64; with the real model 8)")
    private @Nullable Integer streams;

    @Option(names = "--seed", paramLabel = "S", description = "of questions, victims and moments (1)")
    private long seed = 1;

    @Option(names = "--model", paramLabel = "tiny|real", description = "a random model, or the starter model (tiny)")
    private String model = "tiny";

    @Option(names = "--duration", paramLabel = "SECONDS", description = "how long the load goes on behind a fault (5)")
    private int duration = 5;

    @Option(names = "--outage", paramLabel = "SECONDS", description = "how long the database is away (60)")
    private int outage = 60;

    @Option(
            names = "--patience",
            paramLabel = "FACTOR",
            description = "multiplies the bounds of stalls, for machines that do something else as well (1)")
    private double patience = 1;

    @Option(
            names = "--pace",
            paramLabel = "MILLIS",
            description = "how much longer a decode step takes than it does (1; with the real model 0)")
    private @Nullable Integer pace;

    @Option(
            names = "--binaries",
            paramLabel = "DIR",
            description = "where PostgreSQL's programs are unpacked (a folder in --folder)")
    private @Nullable Path binaries;

    @Option(names = "--folder", paramLabel = "DIR", description = "where programs, model and logs go (target/chaos)")
    private Path folder = Path.of("target", "chaos");

    @Option(names = "--home", paramLabel = "DIR", description = "a home that holds the starter model (~/.insula)")
    private Path home = Path.of(System.getProperty("user.home"), ".insula");

    /** Names of the scenarios, for the help text. */
    static final class Titles extends java.util.ArrayList<String> {

        private static final long serialVersionUID = 1L;

        Titles() {
            super(Scenario.titles());
        }
    }

    public static void main(String[] arguments) {
        System.setProperty("jdk.httpclient.allowRestrictedHeaders", "connection");
        System.exit(commandLine().execute(arguments));
    }

    /** Expected failures are one sentence; anything else keeps its trace. */
    static CommandLine commandLine() {
        return new CommandLine(new Chaos()).setExecutionExceptionHandler((failure, line, _) -> {
            if (failure instanceof ChaosException || failure instanceof EmbeddedPostgresException) {
                line.getErr().println(failure.getMessage());
                return 1;
            }
            throw failure;
        });
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        List<Scenario> chosen = chosen();
        boolean possible = Network.isPossible();
        if (!possible && chosen.stream().anyMatch(Scenario::needsCables)) {
            if (!scenarios.contains(ALL)) {
                throw refused(
                        "--scenario", String.join(",", scenarios), "network namespaces, which take root and iproute2");
            }
            out.println("No network namespaces can be made here (root and iproute2 are needed); left out: "
                    + chosen.stream()
                            .filter(Scenario::needsCables)
                            .map(Scenario::title)
                            .toList());
            chosen = chosen.stream().filter(scenario -> !scenario.needsCables()).toList();
        }
        ChaosOptions options = options(possible && chosen.stream().anyMatch(Scenario::needsCables));
        List<Outcome> outcomes = new ChaosRun(options, out).run(chosen);
        new OutcomeTable(out).print(options, outcomes);
        return outcomes.stream().allMatch(Outcome::isGood) ? 0 : 1;
    }

    private List<Scenario> chosen() {
        if (scenarios.contains(ALL)) {
            return List.of(Scenario.values());
        }
        return scenarios.stream()
                .map(name -> Scenario.of(name)
                        .orElseThrow(
                                () -> refused("--scenario", name, String.join(", ", Scenario.titles()) + " or all")))
                .toList();
    }

    private ChaosOptions options(boolean cables) {
        ChaosOptions.Model chosen = Arrays.stream(ChaosOptions.Model.values())
                .filter(each -> each.name().equalsIgnoreCase(model))
                .findFirst()
                .orElseThrow(() -> refused("--model", model, "tiny or real"));
        int clients = streams != null ? streams : chosen == ChaosOptions.Model.TINY ? 64 : 8;
        return new ChaosOptions(
                clients,
                seed,
                chosen,
                Duration.ofSeconds(positive("--duration", duration)),
                Duration.ofSeconds(positive("--outage", outage)),
                patience(),
                pace(chosen),
                cables,
                folder,
                binaries == null ? folder.resolve("postgres-binaries") : binaries,
                home);
    }

    /** The tiny model answers in no time: a pace lets faults meet streams. */
    private int pace(ChaosOptions.Model chosen) {
        int millis = pace != null ? pace : chosen == ChaosOptions.Model.TINY ? 1 : 0;
        if (millis < 0 || millis > 1000) {
            throw refused("--pace", Integer.toString(millis), "0..1000");
        }
        return millis;
    }

    private double patience() {
        if (patience < 1 || patience > 100) {
            throw refused("--patience", Double.toString(patience), "1..100");
        }
        return patience;
    }

    private int positive(String option, int seconds) {
        if (seconds < 1 || seconds > 600) {
            throw refused(option, Integer.toString(seconds), "1..600");
        }
        return seconds;
    }

    private ParameterException refused(String option, String value, String expected) {
        return new ParameterException(
                Objects.requireNonNull(spec).commandLine(), option + ": " + value + " (expected: " + expected + ")");
    }
}
