package io.insula.bench;

import io.insula.bench.EngineBenchmarkOptions.DecodeCase;
import io.insula.inference.engine.StepEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Tries an engine's settings and keeps the fastest, so that either engine is measured at its best.
 *
 * <p><b>Units:</b> a score is the geometric mean of the milliseconds of a decode step of one row, of one of four rows, and
 * of a prefill of 128 tokens.
 */
final class Candidates {

    private static final int PROMPT = 128;
    private static final int STEPS = 6;
    private static final int ROUNDS = 3;

    private final Workload workload;
    private final List<Candidate> candidates = new ArrayList<>();

    Candidates(Workload workload) {
        this.workload = workload;
    }

    /** Settings by name, and how an engine with them is opened. */
    private record Candidate(String settings, Supplier<StepEngine> open) {}

    /**
     * The fastest of the tried.
     *
     * @param settings its name
     * @param open opens an engine with these settings
     * @param tried the score of each candidate, for the reader
     */
    record Best(String settings, Supplier<StepEngine> open, String tried) {}

    Candidates add(String settings, Supplier<StepEngine> open) {
        candidates.add(new Candidate(settings, open));
        return this;
    }

    Best best() {
        Candidate best = candidates.getFirst();
        double least = Double.POSITIVE_INFINITY;
        List<String> tried = new ArrayList<>();
        for (Candidate candidate : candidates) {
            double score;
            try (StepEngine engine = candidate.open().get()) {
                score = score(engine);
            }
            tried.add(String.format(Locale.ROOT, "%s: %.1f ms", candidate.settings(), score));
            if (score < least) {
                least = score;
                best = candidate;
            }
        }
        return new Best(best.settings(), best.open(), String.join("; ", tried));
    }

    private double score(StepEngine engine) {
        double product = median(() -> workload.prefill(engine, PROMPT));
        for (int batch : new int[] {1, 4}) {
            workload.fill(engine, new DecodeCase(PROMPT, batch));
            product *= median(() -> workload.decode(engine, batch, STEPS));
        }
        return Math.cbrt(product);
    }

    private static double median(Supplier<Timing> block) {
        return Timing.median(
                        IntStream.range(0, ROUNDS).mapToObj(_ -> block.get()).toList())
                .wallMillis();
    }
}
