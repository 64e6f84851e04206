package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.StarterModel;
import io.insula.inference.engine.EngineConfig;
import io.insula.inference.engine.OnnxDecoderEngine;
import io.insula.inference.text.ModelChatTokenizer;
import io.insula.inference.text.TokenizerSpec;
import io.insula.inference.weights.GgufFile;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.TokenIds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The prefix cache on the starter model: what a known system prompt of 1,000 tokens saves, and that no bit changes. */
class PrefixCacheIT {

    private static final int SYSTEM_TOKENS = 1_000;
    private static final int MAX_TOKENS = 12;
    private static final int CONTEXT = 1_200;

    /** Each asks twice: whatever disturbs the machine for a moment disturbs one pair and not the best of each kind. */
    private static final int TENANTS = 3;

    private static final double MOST_OF_THE_COLD_TIME = 0.1;

    @Test
    void aKnownSystemPromptIsNotComputedAgainAndTheAnswerIsBitwiseTheColdOne() {
        try (GgufFile file = GgufFile.open(StarterModel.path());
                ModelChatTokenizer tokenizer =
                        new ModelChatTokenizer(TokenizerSpec.from(file.metadata()), Clock.systemUTC())) {
            int[] system = Arrays.copyOf(
                    tokenizer.encodeText(
                            "You answer as the keeper of a harbour would: short, dry and exact. ".repeat(90)),
                    SYSTEM_TOKENS);
            int[] first = join(system, tokenizer.encodeText("Which ships came in today?"));
            int[] second = join(system, tokenizer.encodeText("And which of them will leave tomorrow?"));
            List<Integer> coldAnswer;
            try (Run run = new Run(file, tokenizer, SchedulerConfig.DEFAULT.withMemory(0, 0))) {
                coldAnswer = run.answer(second, 0).tokens();
            }
            try (Run run = new Run(file, tokenizer, SchedulerConfig.DEFAULT)) {
                long cold = Long.MAX_VALUE;
                long warm = Long.MAX_VALUE;
                for (int tenant = 0; tenant < TENANTS; tenant++) {
                    Answer unknown = run.answer(first, tenant);
                    Answer known = run.answer(second, tenant);
                    assertThat(unknown.cached())
                            .as("of another tenant's prompt")
                            .isZero();
                    assertThat(unknown.tokens()).as("to another question").isNotEqualTo(coldAnswer);
                    assertThat(known.cached()).isGreaterThanOrEqualTo(SYSTEM_TOKENS - PrefixCache.BLOCK_TOKENS);
                    assertThat(known.tokens()).isEqualTo(coldAnswer);
                    cold = Math.min(cold, unknown.firstTokenMicros());
                    warm = Math.min(warm, known.firstTokenMicros());
                }
                assertThat((double) warm / cold)
                        .as("share of the cold time, %d of %d us", warm, cold)
                        .isLessThanOrEqualTo(MOST_OF_THE_COLD_TIME);
            }
        }
    }

    private record Answer(List<Integer> tokens, int cached, long firstTokenMicros) {}

    /** A scheduler stepped by hand. */
    private static final class Run implements AutoCloseable {

        private final RecordedFrames frames = new RecordedFrames();
        private final OnnxDecoderEngine engine;
        private final Scheduler scheduler;
        private int requests;

        Run(GgufFile file, ModelChatTokenizer tokenizer, SchedulerConfig config) {
            engine = OnnxDecoderEngine.load(file, EngineConfig.defaults().withSlots(1, CONTEXT));
            scheduler = new Scheduler(
                    Commands.MODEL,
                    "text",
                    CONTEXT,
                    () -> engine,
                    tokenizer,
                    config,
                    frames,
                    new SimpleMeterRegistry(),
                    System::nanoTime);
            scheduler.step();
        }

        Answer answer(int[] prompt, int tenant) {
            SamplingParameters sampling =
                    Commands.command(77, "the same seed for all", 1).sampling();
            GenerateCommand command = Commands.ofTenant(
                            Commands.command(++requests, "asked in tokens", MAX_TOKENS), tenant)
                    .but()
                    .sampling(sampling)
                    .build();
            scheduler.offer(new StreamRequest(command, TokenIds.of(prompt), MAX_TOKENS, System.nanoTime()));
            while (!frames.ended(command.request(), 0)) {
                scheduler.step();
            }
            StreamEnd end = frames.end(command.request(), 0);
            return new Answer(
                    frames.tokens(command.request(), 0),
                    end.usage().cachedTokens(),
                    end.timings().firstTokenMicros());
        }

        @Override
        public void close() {
            engine.close();
        }
    }

    private static int[] join(int[] one, int[] other) {
        return IntStream.concat(Arrays.stream(one), Arrays.stream(other)).toArray();
    }
}
