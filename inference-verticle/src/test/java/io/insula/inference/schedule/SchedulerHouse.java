package io.insula.inference.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.engine.StepEngine;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.TokenIds;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A scheduler stepped by hand, on a clock turned by hand, over hashing engines. */
final class SchedulerHouse {

    static final int CONTEXT = 200;

    private static final long STANDSTILL_NANOS = 100_000_000;

    final LetterTokenizer tokenizer = new LetterTokenizer();
    final RecordedFrames frames = new RecordedFrames();
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final List<HashingEngine> engines = new ArrayList<>();
    final Scheduler scheduler;
    long nowNanos = 1_000_000_000;

    SchedulerHouse(int slots, SchedulerConfig config) {
        this(slots, config, null);
    }

    SchedulerHouse(int slots, SchedulerConfig config, @Nullable Supplier<? extends StepEngine> factory) {
        Supplier<? extends StepEngine> hashing = () -> {
            HashingEngine engine = new HashingEngine(LetterTokenizer.VOCABULARY, slots, CONTEXT);
            engines.add(engine);
            return engine;
        };
        scheduler = new Scheduler(
                Commands.MODEL,
                "text",
                CONTEXT,
                factory == null ? hashing : factory,
                tokenizer,
                config,
                frames,
                registry,
                () -> nowNanos);
        scheduler.step();
    }

    /** Without prefix cache and preemption. */
    static SchedulerConfig config(int chunk, int queueStreams, int queueTokens) {
        SchedulerConfig standard = SchedulerConfig.DEFAULT;
        return new SchedulerConfig(
                chunk, queueStreams, queueTokens, standard.restartDelay(), standard.stallTimeout(), 0, 0);
    }

    double count(String counter) {
        return registry.get(counter).counter().count();
    }

    double parkedBytes() {
        return registry.get("insula.inference.preempted.bytes").gauge().value();
    }

    HashingEngine engine() {
        return engines.getLast();
    }

    int[] prompt(GenerateCommand command) {
        return tokenizer.encode(command.messages());
    }

    int maxTokens(GenerateCommand command) {
        int room = CONTEXT - prompt(command).length;
        int asked = command.stop().maxTokens();
        return asked == 0 ? room : Math.min(room, asked);
    }

    Scheduler.Offer offer(GenerateCommand command) {
        return scheduler.offer(new StreamRequest(command, TokenIds.of(prompt(command)), maxTokens(command), nowNanos));
    }

    SoloRun solo(GenerateCommand command) {
        return SoloRun.of(
                new HashingEngine(LetterTokenizer.VOCABULARY, 1, CONTEXT),
                tokenizer,
                command,
                prompt(command),
                maxTokens(command));
    }

    void runUntilIdle() {
        int steps = 0;
        while (!scheduler.whenIdle().isDone()) {
            if (!scheduler.step() && !scheduler.whenIdle().isDone()) {
                // Only time helps: an engine that failed again is started later.
                nowNanos += STANDSTILL_NANOS;
            }
            assertThat(++steps).as("steps until idle").isLessThan(100_000);
        }
    }
}
