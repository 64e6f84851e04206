package io.insula.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
 * @param servings what is measured behind the scheduler, of the model's own type alone
 * @param newcomer whether a long prompt's arrival among running streams is measured
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
        int windows,
        List<ServingCase> servings,
        boolean newcomer) {

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
        servings = List.copyOf(servings);
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
        List<ServingCase> servings = Stream.of(64, 512, 1_500)
                .flatMap(prompt -> Stream.of(1, 4, 8, 16).map(streams -> new ServingCase(streams, prompt, 48)))
                .toList();
        return new EngineBenchmarkOptions(model, folder, threads, decodes, 512, 8, 7, 4, servings, true);
    }

    /** Batches 1 and 8 at 128 tokens, three blocks of four steps, one window. */
    public static EngineBenchmarkOptions quick(Path model, Path folder, int threads) {
        List<DecodeCase> decodes = List.of(new DecodeCase(128, 1), new DecodeCase(128, 8));
        List<ServingCase> servings = List.of(new ServingCase(1, 64, 24), new ServingCase(4, 64, 24));
        return new EngineBenchmarkOptions(model, folder, threads, decodes, 512, 4, 3, 1, servings, false);
    }

    /** The most sequences of a step. */
    public int slots() {
        int decoded = decodes.stream().mapToInt(DecodeCase::batch).max().orElseThrow();
        return Math.max(
                decoded, servings.stream().mapToInt(ServingCase::streams).max().orElse(1));
    }

    /** Tokens that the longest measurement puts into one slot. */
    public int slotTokens() {
        int longest = decodes.stream().mapToInt(DecodeCase::context).max().orElseThrow();
        int decoded = longest + repetitions * (steps + 1) + 1;
        int served = servings.stream()
                .mapToInt(each -> each.promptTokens() + each.answerTokens())
                .max()
                .orElse(0);
        return IntStream.of(decoded, served, prefillTokens, Perplexity.WINDOW)
                .max()
                .orElseThrow();
    }
}
