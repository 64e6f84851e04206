package io.insula.djl.tensorrt.plan;

import static io.insula.djl.tensorrt.plan.ProfileOptions.refused;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How a plan is built: everything that decides what comes out.
 *
 * @param profiles for each optimization profile its inputs' shapes; empty when no input has open dimensions
 * @param precisions types that TensorRT may choose by itself; empty means strongly typed: the network's types are kept
 * @param tf32 whether products of float32 may round their factors to 10 bits of mantissa
 * @param workspaceBytes device memory that one layer may use while it runs, 0 for all there is
 * @param optimizationLevel how much time is spent searching, 0..5
 * @param auxiliaryStreams how many streams TensorRT may use besides the caller's, -1 for its own choice
 * @param hardwareCompatibility which other GPUs the plan shall run on
 * @param stripWeights whether weights are left out of the plan and given when it is loaded
 * @param refit whether weights can be replaced
 * @param sparseWeights whether kernels for weights with two zeros in four may be used
 */
public record BuildOptions(
        List<Map<String, InputRange>> profiles,
        Set<Precision> precisions,
        boolean tf32,
        long workspaceBytes,
        int optimizationLevel,
        int auxiliaryStreams,
        HardwareCompatibility hardwareCompatibility,
        boolean stripWeights,
        Refit refit,
        boolean sparseWeights) {

    private static final String PRECISION = "precision";
    private static final String TF32 = "tf32";
    private static final String WORKSPACE = "workspaceBytes";
    private static final String LEVEL = "builderOptimizationLevel";
    private static final String STREAMS = "maxAuxStreams";
    private static final String COMPATIBILITY = "hardwareCompatibility";
    private static final String STRIP = "stripWeights";
    private static final String REFIT = "refit";
    private static final String SPARSE = "sparseWeights";

    private static final List<String> KEYS = List.of(
            ProfileOptions.MIN,
            ProfileOptions.OPT,
            ProfileOptions.MAX,
            PRECISION,
            TF32,
            WORKSPACE,
            LEVEL,
            STREAMS,
            COMPATIBILITY,
            STRIP,
            REFIT,
            SPARSE);

    public BuildOptions {
        profiles = List.copyOf(profiles);
        precisions = Set.copyOf(precisions);
        if (stripWeights && refit == Refit.NONE) {
            throw refused(REFIT, Refit.NONE.option(), "identical or any, since stripWeights is true");
        }
    }

    /** What nobody asked for: strongly typed, one static profile, the defaults of TensorRT. */
    public static BuildOptions defaults() {
        return parse(Map.of());
    }

    /** The names of all options, without the numbers of profiles. */
    public static List<String> keys() {
        return KEYS;
    }

    /** Reads a loader's options; others' keys are passed over, mistyped ones refused. */
    public static BuildOptions parse(Map<String, ?> options) {
        OptionReader reader = new OptionReader(options);
        boolean strip = reader.flag(STRIP, false);
        return new BuildOptions(
                ProfileOptions.parse(options),
                precisions(reader),
                reader.flag(TF32, true),
                reader.bytes(WORKSPACE, 0, 0),
                reader.number(LEVEL, 3, 0, 5),
                reader.number(STREAMS, -1, 0, 64),
                reader.choice(
                        COMPATIBILITY,
                        HardwareCompatibility.NONE,
                        HardwareCompatibility.values(),
                        HardwareCompatibility::option),
                strip,
                reader.choice(REFIT, strip ? Refit.IDENTICAL : Refit.NONE, Refit.values(), Refit::option),
                reader.flag(SPARSE, false));
    }

    /** Whether the network's own types are kept. */
    public boolean stronglyTyped() {
        return precisions.isEmpty();
    }

    /** The same text for the same options, whatever their order. */
    String canonical() {
        StringBuilder text = new StringBuilder();
        for (Map<String, InputRange> profile : profiles) {
            text.append("profile\n");
            new TreeMap<>(profile)
                    .forEach((input, range) -> text.append(input.length())
                            .append(':')
                            .append(input)
                            .append(range.min())
                            .append(range.opt())
                            .append(range.max())
                            .append('\n'));
        }
        return text.append(precisions.stream().sorted().toList())
                .append(List.of(tf32, workspaceBytes, optimizationLevel, auxiliaryStreams))
                .append(List.of(hardwareCompatibility, stripWeights, refit, sparseWeights))
                .toString();
    }

    private static Set<Precision> precisions(OptionReader reader) {
        String text = reader.text(PRECISION);
        if (text == null || text.equals("typed")) {
            return Set.of();
        }
        EnumSet<Precision> chosen = EnumSet.noneOf(Precision.class);
        for (String part : text.split(",", -1)) {
            chosen.add(EnumSet.allOf(Precision.class).stream()
                    .filter(precision -> precision.option().equals(part.strip()))
                    .findFirst()
                    .orElseThrow(() -> refused(PRECISION, text, "typed, or a list of " + Precision.options())));
        }
        return chosen;
    }
}
