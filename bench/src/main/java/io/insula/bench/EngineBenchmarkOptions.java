package io.insula.bench;

import java.nio.file.Path;
import java.util.List;

/**
 * What the engine benchmark measures.
 *
 * @param model a Q4_1 GGUF file; its Q4_0 form is made of it
 * @param folder where llama.cpp and the Q4_0 file are kept
 * @param threads of either engine
 * @param decodes the decode steps to time
 * @param prefillTokens the prompt whose prefill is timed
 * @param steps decode steps of a timed block
 * @param repetitions timed blocks per case and engine, alternating
 * @param windows windows of the perplexity text, {@link Perplexity#WINDOW} tokens each
 */
public record EngineBenchmarkOptions(
        Path model,
        Path folder,
        int threads,
        List<DecodeCase> decodes,
        int prefillTokens,
        int steps,
        int repetitions,
        int windows) {

    /**
     * A decode step to time.
     *
     * @param context tokens in each slot when the first step begins
     * @param batch sequences of the step
     */
    public record DecodeCase(int context, int batch) {

        public DecodeCase {
            if (context < 2 || batch < 1) {
                throw new IllegalArgumentException(
                        "decode: batch " + batch + " at " + context + " tokens (expected: >= 1 at >= 2)");
            }
        }
    }

    public EngineBenchmarkOptions {
        decodes = List.copyOf(decodes);
        if (threads < 1 || prefillTokens < 2 || steps < 1 || repetitions < 1 || windows < 1 || decodes.isEmpty()) {
            throw new IllegalArgumentException("engine benchmark: " + threads + " threads, prefill of " + prefillTokens
                    + ", " + steps + " steps, " + repetitions + " repetitions, " + windows + " windows, "
                    + decodes.size() + " decode cases (expected: at least 1 of each, prefill of at least 2)");
        }
    }

    /** Batches 1, 4, 8 and 16 at 128 tokens, 1 and 8 at 512, seven blocks of eight steps, four windows. */
    public static EngineBenchmarkOptions full(Path model, Path folder, int threads) {
        List<DecodeCase> decodes = List.of(
                new DecodeCase(128, 1),
                new DecodeCase(128, 4),
                new DecodeCase(128, 8),
                new DecodeCase(128, 16),
                new DecodeCase(512, 1),
                new DecodeCase(512, 8));
        return new EngineBenchmarkOptions(model, folder, threads, decodes, 512, 8, 7, 4);
    }

    /** Batches 1 and 8 at 128 tokens, three blocks of four steps, one window. */
    public static EngineBenchmarkOptions quick(Path model, Path folder, int threads) {
        List<DecodeCase> decodes = List.of(new DecodeCase(128, 1), new DecodeCase(128, 8));
        return new EngineBenchmarkOptions(model, folder, threads, decodes, 512, 4, 3, 1);
    }

    /** The most sequences of a step. */
    public int slots() {
        return decodes.stream().mapToInt(DecodeCase::batch).max().orElseThrow();
    }

    /** Tokens that the longest measurement puts into one slot; a prefill or a perplexity window may be the longest. */
    public int slotTokens() {
        int longest = decodes.stream().mapToInt(DecodeCase::context).max().orElseThrow();
        int decoded = longest + repetitions * (steps + 1) + 1;
        return Math.max(Math.max(decoded, prefillTokens), Perplexity.WINDOW);
    }
}
