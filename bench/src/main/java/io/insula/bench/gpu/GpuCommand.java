package io.insula.bench.gpu;

import io.insula.bench.BenchmarkException;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench gpu}: decode and prefill of the GPU engine, predicted and measured. */
@Command(
        name = "gpu",
        description =
                "Decode and prefill on a GPU: predicted from bytes and operations, measured, and beside generate of"
                        + " Hugging Face where it is installed. Shapes of models have random weights.",
        mixinStandardHelpOptions = true)
public final class GpuCommand implements Callable<Integer> {

    private static final String STARTER = "models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final Duration UNLIMITED = Duration.ofDays(7);
    private static final int QUICK_MINUTES = 8;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--home", description = "Where plans and models are kept (default: ~/.insula).")
    private Path home = Path.of(System.getProperty("user.home"), ".insula");

    @Option(
            names = "--shapes",
            split = ",",
            description = "Shapes to measure with random weights; none: a model alone (default: all; llama-3.2-1b with"
                    + " --quick).")
    private @Nullable List<String> shapes;

    @Option(
            names = "--model",
            description = "Also this GGUF file or folder (default: the starter model where it is at home).")
    private @Nullable Path model;

    @Option(names = "--weights", split = ",", description = "bf16, fp8 or int4 (default: bf16,fp8; bf16 with --quick).")
    private @Nullable List<String> weights;

    @Option(names = "--batches", split = ",", description = "Sequences of a decode step (default: 1,8,32,64).")
    private List<Integer> batches = GpuOptions.BATCHES;

    @Option(
            names = "--contexts",
            split = ",",
            description = "Tokens of each sequence (default: 512,2048,8192; 512,2048 with --quick).")
    private @Nullable List<Integer> contexts;

    @Option(
            names = "--case",
            description = "Only cases whose name this regular expression is found in, such as llama.*/decode/8/.")
    private @Nullable String filter;

    @Option(names = "--list", description = "Tells the cases and what they must move, and ends.")
    private boolean list;

    @Option(names = "--quick", description = "One shape, fewer rounds, and no case begun after 8 minutes.")
    private boolean quick;

    @Option(names = "--minutes", description = "No case is begun after so many (default: no limit; 8 with --quick).")
    private @Nullable Integer minutes;

    @Option(
            names = "--dialect",
            description =
                    "portable: networks of plain operations, as a server has them; layers: of the layers for attention and"
                            + " caches of TensorRT 10.15 (default: portable).")
    private Dialect dialect = Dialect.PORTABLE;

    @Option(
            names = "--level",
            description = "How long TensorRT searches for kernels, 0..5 (default: ${DEFAULT-VALUE}).")
    private int level = 3;

    @Option(
            names = "--python",
            description =
                    "A Python with torch and transformers, for the peer; none: without (default: ${DEFAULT-VALUE}).")
    private String python = "python3";

    @Option(names = "--json", description = "Also keeps the figures in this file, up to date after each case.")
    private @Nullable Path json;

    /** Where the other benchmarks are not there. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /** Expected failures are one sentence; anything else keeps its trace. */
    static CommandLine commandLine() {
        return new CommandLine(new GpuCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, line, parsed) -> {
                    if (failure instanceof BenchmarkException) {
                        line.getErr().println(failure.getMessage());
                        return 1;
                    }
                    throw failure;
                });
    }

    @Override
    public Integer call() throws IOException {
        PrintWriter out =
                Objects.requireNonNull(spec, "picocli sets it").commandLine().getOut();
        List<GpuCase> cases = cases();
        if (list) {
            for (GpuCase each : cases) {
                out.printf(Locale.ROOT, "%-44s %8.3f GB%n", each.name(), bytes(each) / 1e9);
            }
            out.flush();
            return 0;
        }
        GpuReport report = new GpuReport(json);
        new GpuBenchmark(GpuDevice.first(), options(), new GpuTable(out), report, System::nanoTime).run(cases);
        return report.results().isEmpty() ? 1 : 0;
    }

    private double bytes(GpuCase each) {
        GpuOptions options = options();
        DeviceFigures any = new DeviceFigures(1, 1, 1, 0, 0);
        return each.kind() == GpuCase.Kind.DECODE
                ? each.cost().decodeBytes(each.batch(), options.meanLength(each.context()))
                : Prediction.prefill(any, each.cost(), each.context(), options.chunk())
                        .bytes();
    }

    /** How it is measured. */
    GpuOptions options() {
        Path plans = home.resolve("gpu");
        String peer = python.equals("none") ? null : python;
        Duration limit =
                minutes == null ? quick ? Duration.ofMinutes(QUICK_MINUTES) : UNLIMITED : Duration.ofMinutes(minutes);
        try {
            GpuOptions options = quick ? GpuOptions.quick(plans, limit, peer) : GpuOptions.full(plans, limit, peer);
            return options.withPlans(dialect, level);
        } catch (IllegalArgumentException e) {
            throw new BenchmarkException("--minutes: " + minutes + " (expected: at least 1)", e);
        }
    }

    /** What is measured; nothing is a {@link BenchmarkException}. */
    List<GpuCase> cases() {
        List<Integer> lengths = contexts != null ? contexts : quick ? GpuOptions.QUICK_CONTEXTS : GpuOptions.CONTEXTS;
        List<GpuCase> all;
        try {
            all = GpuCase.all(models(), forms(), batches, lengths);
        } catch (IllegalArgumentException e) {
            throw new BenchmarkException("--batches, --contexts: " + e.getMessage(), e);
        }
        List<GpuCase> chosen = filter == null ? all : matching(all, filter);
        if (chosen.isEmpty()) {
            throw new BenchmarkException("--case: " + filter + " (expected: what is found in one of "
                    + all.stream().map(GpuCase::name).limit(4).collect(Collectors.joining(", ")) + ", …)");
        }
        return chosen;
    }

    private static List<GpuCase> matching(List<GpuCase> all, String filter) {
        try {
            Pattern pattern = Pattern.compile(filter);
            return all.stream()
                    .filter(each -> pattern.matcher(each.name()).find())
                    .toList();
        } catch (PatternSyntaxException e) {
            throw new BenchmarkException(
                    "--case: " + filter + " (expected: a regular expression: " + e.getDescription() + ")", e);
        }
    }

    /** The real one first: it is the smallest. */
    private List<BenchModel> models() {
        List<BenchModel> models = new ArrayList<>();
        Path starter = home.resolve(STARTER);
        if (model != null) {
            models.add(BenchModel.of(model));
        } else if (Files.exists(starter)) {
            models.add(BenchModel.of(starter));
        }
        List<BenchModel> known = BenchModel.known();
        List<String> names = known.stream().map(BenchModel::name).toList();
        List<String> wanted = shapes != null ? shapes : quick ? names.subList(0, 1) : names;
        for (String name : wanted) {
            if (!names.contains(name) && !name.equals("none")) {
                throw new BenchmarkException("--shapes: " + name + " (expected: none, or some of " + names + ")");
            }
        }
        known.stream().filter(each -> wanted.contains(each.name())).forEach(models::add);
        return models;
    }

    private List<WeightForm> forms() {
        List<String> wanted = weights != null ? weights : quick ? List.of("bf16") : List.of("bf16", "fp8");
        return wanted.stream()
                .map(name -> Arrays.stream(WeightForm.values())
                        .filter(form -> GpuCase.form(form).equals(name))
                        .findFirst()
                        .orElseThrow(
                                () -> new BenchmarkException("--weights: " + name + " (expected: bf16, fp8 or int4)")))
                .toList();
    }
}
