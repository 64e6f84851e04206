package io.insula.bench;

import io.insula.bench.EngineBenchmarkOptions.DecodeCase;
import io.insula.bench.llama.LlamaInstall;
import io.insula.bench.llama.LlamaPeer;
import io.insula.bench.llama.LlamaSettings;
import io.insula.bench.llama.LlamaSettings.FlashAttention;
import io.insula.bench.llama.LlamaSettings.KvType;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.engine.StepEngine;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.GgufFile;
import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Our CPU engine beside llama.cpp on the same file, each with its best settings.
 *
 * <p>No speed without quality: every line shows the perplexity that the two engines reach on the way it times.
 */
final class EngineBenchmark {

    /** Tokens of a prefill chunk of the perplexity: small, so that many of a window's tokens are predicted. */
    private static final int CHUNK = 4;

    /** Room for the longest slots of any case. */
    private static final long KV_BUDGET_BYTES = 4L << 30;

    private final EngineBenchmarkOptions options;
    private final Progress progress;
    private final EngineTable table;
    private final List<BenchmarkFigure> figures = new ArrayList<>();

    EngineBenchmark(EngineBenchmarkOptions options, Progress progress, PrintWriter out) {
        this.options = options;
        this.progress = progress;
        this.table = new EngineTable(out);
    }

    /** Measures one file in this process and prints; the figures are those of the table. */
    List<BenchmarkFigure> run(ModelType type) throws InterruptedException, IOException {
        Path libraries = LlamaInstall.into(options.folder(), progress);
        Path file = type.file(options, progress);
        table.machine(Machine.describe(), options);
        measure(type.name(), file, libraries);
        return figures;
    }

    private void measure(String type, Path path, Path libraries) throws InterruptedException {
        try (GgufFile file = GgufFile.open(path);
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(file.metadata()), Clock.systemUTC())) {
            int[] text = tokenizer.encodeText(Perplexity.text());
            Workload workload = new Workload(text);
            progress.line(type + ": trying settings");
            Candidates.Best ours = ours(file, workload, true).best();
            Candidates.Best free = ours(file, workload, false).best();
            Candidates.Best theirs = theirs(path, libraries, workload).best();
            table.settings(type, ours, theirs);
            try (StepEngine insula = ours.open().get();
                    StepEngine peer = theirs.open().get()) {
                measure(type, text, new Contest(insula, peer, workload));
            }
            // Never three engines at once: the threads of one that rests still spin for a moment.
            try (StepEngine insula = free.open().get();
                    StepEngine peer = theirs.open().get()) {
                measureAlone(type, text, new Contest(insula, peer, workload));
            }
            if (type.equals(ModelType.Q4_1.name())) {
                serve(type, text, tokenizer, ours, theirs);
            }
        }
    }

    private void measure(String type, int[] text, Contest contest) {
        progress.line(type + ": perplexity of " + options.windows() + " windows");
        BenchmarkFigure prefill = BenchmarkFigure.lessIsBetter(
                type + " prefill perplexity",
                Perplexity.ofPrefill(contest.insula(), text, options.windows(), CHUNK)
                        .value(),
                Perplexity.ofPrefill(contest.peer(), text, options.windows(), CHUNK)
                        .value(),
                "perplexity");
        BenchmarkFigure decode = decodePerplexity(type, text, contest);
        figures.add(prefill);
        figures.add(decode);
        table.heading();
        for (DecodeCase each : options.decodes()) {
            String name = type + " decode, batch " + each.batch() + ", context " + each.context();
            row(name, "ms/step", contest.decode(each, options.steps(), options.repetitions()), decode);
        }
        Contest.Result result = contest.prefill(options.prefillTokens(), options.repetitions());
        row(type + " prefill, " + options.prefillTokens() + " tokens", "ms", result, prefill);
    }

    private void serve(
            String type, int[] text, ModelChatTokenizer tokenizer, Candidates.Best ours, Candidates.Best theirs)
            throws InterruptedException {
        progress.line(type + ": serving streams");
        try (ServedEngine insula = new ServedEngine(ours.open(), tokenizer, text);
                ServedEngine peer = new ServedEngine(theirs.open(), tokenizer, text)) {
            figures.addAll(new ServingBenchmark(insula, peer, table).run(type, options.servings(), options.newcomer()));
        }
    }

    /** A stream alone, whose rows need not round as they do in a batch. */
    private void measureAlone(String type, int[] text, Contest contest) {
        BenchmarkFigure perplexity = decodePerplexity(type + ", rows free,", text, contest);
        figures.add(perplexity);
        for (DecodeCase each : options.decodes()) {
            if (each.batch() == 1) {
                String name = type + " decode alone, rows free, context " + each.context();
                row(name, "ms/step", contest.decode(each, options.steps(), options.repetitions()), perplexity);
            }
        }
    }

    private BenchmarkFigure decodePerplexity(String name, int[] text, Contest contest) {
        return BenchmarkFigure.lessIsBetter(
                name + " decode perplexity",
                Perplexity.ofDecode(contest.insula(), text, options.windows()).value(),
                Perplexity.ofDecode(contest.peer(), text, options.windows()).value(),
                "perplexity");
    }

    private void row(String name, String unit, Contest.Result result, BenchmarkFigure perplexity) {
        BenchmarkFigure wall = BenchmarkFigure.lessIsBetter(
                name, result.insula().wallMillis(), result.peer().wallMillis(), unit);
        BenchmarkFigure cpu = BenchmarkFigure.lessIsBetter(
                name + ", CPU time", result.insula().cpuMillis(), result.peer().cpuMillis(), unit);
        figures.add(wall);
        figures.add(cpu);
        table.row(wall, cpu, perplexity);
    }

    private Candidates ours(GgufFile file, Workload workload, boolean exact) {
        Candidates candidates = new Candidates(workload);
        for (boolean spinning : new boolean[] {true, false}) {
            EngineConfig config = new EngineConfig(
                            options.threads(), spinning, KV_BUDGET_BYTES, options.slotTokens(), options.slots())
                    .withExact(exact);
            String name = options.threads() + " threads, spinning " + (spinning ? "on" : "off") + ", KV f32, rows "
                    + (exact ? "exact" : "free");
            candidates.add(name, () -> OnnxDecoderEngine.load(file, config));
        }
        return candidates;
    }

    private Candidates theirs(Path path, Path libraries, Workload workload) {
        Candidates candidates = new Candidates(workload);
        for (FlashAttention attention : new FlashAttention[] {FlashAttention.ON, FlashAttention.OFF}) {
            for (KvType kv : KvType.values()) {
                LlamaSettings settings =
                        new LlamaSettings(options.threads(), attention, kv, options.slots(), options.slotTokens());
                candidates.add(settings.toString(), () -> LlamaPeer.open(libraries, path, settings));
            }
        }
        return candidates;
    }
}
