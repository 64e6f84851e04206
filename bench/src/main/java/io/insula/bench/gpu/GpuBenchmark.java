package io.insula.bench.gpu;

import io.insula.inference.decode.SamplingException;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.engine.tensorrt.TensorRtDecoderEngine;
import io.insula.inference.engine.tensorrt.TensorRtEngines;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.Checkpoint;
import io.insula.inference.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decode and prefill of the GPU engine: each case is predicted, then run, and both are told.
 *
 * <p>A case that cannot be run is told with its reason, and the others go on; so do those for which the time does not last.
 */
final class GpuBenchmark {

    private static final int TOKEN_SEED = 11;
    private static final int SCORED = 16;

    private final GpuDevice device;
    private final GpuOptions options;
    private final GpuTable table;
    private final GpuReport report;
    private final LongSupplier nanos;
    private final TensorRtEngines engines;
    private @Nullable GeneratePeer peer;
    private final long begun;

    /**
     * @param nanos a clock, {@link System#nanoTime} but for tests
     */
    GpuBenchmark(GpuDevice device, GpuOptions options, GpuTable table, GpuReport report, LongSupplier nanos) {
        this.device = device;
        this.options = options;
        this.table = table;
        this.report = report;
        this.nanos = nanos;
        this.engines = new TensorRtEngines(device.cuda(), index -> device.runtime(), device.builder());
        this.begun = nanos.getAsLong();
        this.peer = options.python() == null
                ? null
                : new GeneratePeer(options.python(), options.plans().resolve("generate"), options);
    }

    void run(List<GpuCase> cases) throws IOException {
        report.note("device", device.name());
        report.note("tensorrt", device.runtime().version());
        report.note("dialect", options.dialect().name().toLowerCase(Locale.ROOT));
        long most = cases.stream()
                .mapToLong(each -> RandomWeights.largest(each.model().shape()))
                .max()
                .orElse(0);
        int matrices = cases.stream()
                .mapToInt(each -> RandomWeights.matrices(each.model().shape()))
                .max()
                .orElse(0);
        long product = (long) options.sizes().productSize() * options.sizes().productSize();
        try (Noise noise = new Noise(Math.max(most, product), matrices + 2)) {
            DeviceFigures figures = new DeviceProbe(device, options.sizes(), options.plans(), nanos).measure(noise);
            report.device(figures);
            table.device(device.describe(), figures);
            EngineGroup.Division division = EngineGroup.divide(
                    cases, device.cuda().memory(device.index()).freeBytes());
            for (EngineGroup group : division.groups()) {
                group(group, figures, noise);
                peer(group);
            }
            for (var refused : division.tooLarge().entrySet()) {
                notRun(refused.getKey(), refused.getValue());
            }
        }
    }

    private void group(EngineGroup group, DeviceFigures figures, Noise noise) throws IOException {
        if (over()) {
            for (GpuCase each : group.cases()) {
                notRun(each, "the time was over before its plan was begun");
            }
            return;
        }
        String name = group.model().name() + "/" + GpuCase.form(group.weights()) + ", " + group.slots() + " x "
                + group.slotTokens();
        table.line("");
        table.line(name + ": building or reading its plan");
        long start = nanos.getAsLong();
        try (TensorRtDecoderEngine engine = open(group, noise)) {
            double seconds = (nanos.getAsLong() - start) / 1e9;
            report.plan(name, seconds);
            table.line(String.format(Locale.ROOT, "open after %.1f s", seconds));
            table.heading();
            for (GpuCase each : group.cases()) {
                measure(each, engine, figures);
            }
            for (GpuCase each : group.cases()) {
                layers(each, engine);
            }
        } catch (EngineException | SamplingException | IllegalArgumentException | ModelFileException e) {
            for (GpuCase each : group.cases()) {
                if (!report.results().containsKey(each) && !report.reasons().containsKey(each)) {
                    notRun(each, String.valueOf(e.getMessage()));
                }
            }
        }
    }

    /** The peer over the cases that were measured, once the engine has left the device. */
    private void peer(EngineGroup group) throws IOException {
        List<GpuCase> cases = group.cases().stream()
                .filter(each -> report.results().containsKey(each) && GeneratePeer.serves(each))
                .toList();
        if (peer == null || cases.isEmpty() || over()) {
            return;
        }
        GeneratePeer.Told told = peer.run(cases, left());
        if (!told.missing().isEmpty()) {
            peer = null;
            table.line("generate of Hugging Face: not run: " + told.missing());
            report.note("generate", "not run: " + told.missing());
            return;
        }
        report.note("generate", told.peer());
        told.failures().forEach(failure -> table.line("generate of Hugging Face: " + failure));
        for (var rate : told.rates().entrySet()) {
            GpuResult measured = report.results().get(rate.getKey());
            if (measured != null) {
                GpuResult both = measured.beside(rate.getValue());
                table.peer(both);
                report.add(both);
            }
        }
    }

    private TensorRtDecoderEngine open(EngineGroup group, Noise noise) {
        TensorRtConfig config = TensorRtConfig.defaults()
                .withSlots(group.slots(), group.slotTokens())
                .withLeastBucket(options.leastBucket())
                .withExactTrial(false);
        PlanConfig building = new PlanConfig(
                options.dialect(),
                group.weights(),
                options.chunk(),
                Math.min(SCORED, options.chunk()),
                group.cases().getFirst().cost().candidates(),
                options.optimizationLevel(),
                options.plans(),
                GpuOptions.PLAN_BYTES);
        Path file = group.model().file();
        if (file == null) {
            return engines.open(group.model().name(), group.model().random(noise), config, building);
        }
        try (Checkpoint checkpoint = Checkpoint.open(file)) {
            return engines.open(group.model().name(), DecoderDescription.of(checkpoint), config, building);
        }
    }

    private void measure(GpuCase each, DecoderEngine engine, DeviceFigures figures) throws IOException {
        int held = engine.shape().slotTokens();
        if (over()) {
            notRun(each, "the time was over");
        } else if (each.batch() > engine.shape().slots() || each.context() > held) {
            notRun(each, "the engine has room for " + engine.shape().slots() + " sequences of " + held + " tokens");
        } else if (each.kind() == GpuCase.Kind.DECODE && each.context() <= options.decoded()) {
            notRun(each, "its " + options.decoded() + " steps begin with a prompt, for which there is no room");
        } else {
            Prediction predicted = each.kind() == GpuCase.Kind.DECODE
                    ? Prediction.decode(figures, each.cost(), each.batch(), options.meanLength(each.context()))
                    : Prediction.prefill(figures, each.cost(), each.context(), options.chunk());
            int tokens = each.kind() == GpuCase.Kind.DECODE ? each.batch() : each.context();
            table.predicted(each, tokens / predicted.seconds());
            double seconds = each.kind() == GpuCase.Kind.DECODE ? decode(each, engine) : prefill(each, engine);
            GpuResult result = new GpuResult(
                    each,
                    tokens,
                    predicted,
                    seconds,
                    figures.copyBytesPerSecond(),
                    figures.operationsPerSecond(),
                    null);
            table.measured(result);
            report.add(result);
        }
    }

    /** Seconds of one step, its tokens taken as a server takes them; at the end of all the sequences have the case's length. */
    private double decode(GpuCase each, DecoderEngine engine) {
        fill(each, engine);
        LikeliestTokens likeliest = new LikeliestTokens(engine.shape().vocabulary());
        likeliest.warmUp(engine.prefillLogits());
        int[] step = tokens(each, each.batch());
        for (int i = 0; i < options.warmUp(); i++) {
            likeliest.take(engine.decode(each.batch(), step), step);
        }
        return median(options.steps(), () -> {
            for (int i = 0; i < options.steps(); i++) {
                likeliest.take(engine.decode(each.batch(), step), step);
            }
        });
    }

    /** So many sequences, each with room for the case's steps. */
    private void fill(GpuCase each, DecoderEngine engine) {
        clear(engine);
        int[] prompt = tokens(each, each.context() - options.decoded());
        engine.prefill(0, prompt, 0, prompt.length);
        for (int slot = 1; slot < each.batch(); slot++) {
            engine.copy(0, slot);
        }
    }

    /** Where the time of a decode step that was measured goes; its first time counts for nothing. */
    private void layers(GpuCase each, TensorRtDecoderEngine engine) throws IOException {
        GpuResult measured = report.results().get(each);
        if (measured == null || each.kind() != GpuCase.Kind.DECODE || over()) {
            return;
        }
        fill(each, engine);
        int[] step = tokens(each, each.batch());
        engine.decode(each.batch(), step, new LayerShares());
        LayerShares shares = new LayerShares();
        engine.decode(each.batch(), step, shares);
        table.layers(measured, shares);
        report.layers(each, shares);
    }

    /** Seconds of one prompt and the token behind it. */
    private double prefill(GpuCase each, DecoderEngine engine) {
        int[] prompt = tokens(each, each.context());
        clear(engine);
        engine.prefill(0, prompt, 0, prompt.length);
        LikeliestTokens likeliest = new LikeliestTokens(engine.shape().vocabulary());
        likeliest.warmUp(engine.prefillLogits());
        int[] first = new int[1];
        return median(1, () -> {
            engine.clear(0);
            engine.prefill(0, prompt, 0, prompt.length);
            likeliest.take(engine.prefillLogits(), first);
        });
    }

    private static void clear(DecoderEngine engine) {
        for (int slot = 0; slot < engine.shape().slots(); slot++) {
            engine.clear(slot);
        }
    }

    /** The engine waits for each step: so does the clock. */
    private double median(int steps, Runnable round) {
        double[] taken = new double[options.rounds()];
        for (int i = 0; i < taken.length; i++) {
            long start = nanos.getAsLong();
            round.run();
            taken[i] = (nanos.getAsLong() - start) / 1e9 / steps;
        }
        Arrays.sort(taken);
        return taken[taken.length / 2];
    }

    private static int[] tokens(GpuCase each, int count) {
        SplittableRandom random = new SplittableRandom(TOKEN_SEED);
        int[] tokens = new int[count];
        Arrays.setAll(tokens, i -> random.nextInt(each.model().shape().vocabulary()));
        return tokens;
    }

    private void notRun(GpuCase each, String reason) throws IOException {
        table.notRun(each, reason);
        report.notRun(each, reason);
    }

    private boolean over() {
        return !left().isPositive();
    }

    private Duration left() {
        return options.limit().minusNanos(nanos.getAsLong() - begun);
    }
}
