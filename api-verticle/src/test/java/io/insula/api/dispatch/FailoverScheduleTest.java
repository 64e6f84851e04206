package io.insula.api.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenScores;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random faults of engines and network: every answer is the undisturbed one, told once and ended once. */
class FailoverScheduleTest {

    private static final int SEEDS = 150;
    private static final int EVENTS = 600;
    private static final String FINGERPRINT = "text:numerics";

    @Test
    void whateverHappensEveryAnswerIsTheUndisturbedOne() {
        int streams = 0;
        double resumed = 0;
        double dropped = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            Schedule schedule = new Schedule(seed);
            schedule.run();
            streams += schedule.answers.size();
            resumed +=
                    schedule.meters.get("insula.api.streams.resumed").counter().count();
            dropped +=
                    schedule.meters.get("insula.api.frames.dropped").counter().count();
        }
        // The schedules are worth something only while they disturb much.
        assertThat(streams).isGreaterThan(3_000);
        assertThat(resumed).isGreaterThan(2_000);
        assertThat(dropped).isGreaterThan(1_000);
    }

    private static final class Schedule {

        private final ManualClock clock = new ManualClock();
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final EngineRegistry registry;
        private final Random random;
        private final ExactFleet fleet;
        private final Dispatcher dispatcher;
        private final List<Answer> answers = new ArrayList<>();
        private final long seed;

        Schedule(long seed) {
            this.seed = seed;
            this.random = new Random(seed);
            this.fleet = new ExactFleet(random);
            DispatchConfig config = DispatchConfig.DEFAULT.withFailover(new FailoverConfig(
                    FailoverConfig.Unequal.ERROR, Duration.ofMinutes(10), 100, 1000, Duration.ofMillis(500)));
            this.registry = new EngineRegistry(config.failover().setAside(), clock);
            this.dispatcher =
                    new Dispatcher(new NodeId("api"), 0, config, registry, fleet, clock, new DispatchMeters(meters));
        }

        void run() {
            join();
            join();
            for (int event = 0; event < EVENTS; event++) {
                happen();
            }
            fleet.engines.forEach(engine -> engine.paused = false);
            join();
            join();
            for (int round = 0; dispatcher.active() > 0; round++) {
                assertThat(round).as("rounds to the end, seed %d", seed).isLessThan(2_000);
                work();
                pass(250);
            }
            answers.forEach(answer -> answer.check(seed));
        }

        private void happen() {
            switch (random.nextInt(40)) {
                case 0, 1 -> start();
                case 2, 7 -> fault();
                case 3, 4, 5 -> pass(250 * (1 + random.nextInt(6)));
                case 6 -> fleet.answer();
                default -> work();
            }
        }

        private void start() {
            RequestId id = new RequestId(new UUID(seed, answers.size() + 1));
            Answer answer = new Answer(id, 1 + random.nextInt(3));
            Generation asked = DispatchHouse.generation(
                    answers.size() + 1, new OutputOptions(answer.choices.size(), OutputOptions.UNSCORED, 0));
            answers.add(answer);
            dispatcher.dispatch(
                    new Generation(
                            id,
                            asked.tenant(),
                            1,
                            null,
                            asked.model(),
                            asked.messages(),
                            asked.tools(),
                            asked.form(),
                            asked.templateArguments(),
                            asked.sampling(),
                            asked.stop(),
                            asked.output(),
                            0),
                    answer);
        }

        private void fault() {
            ExactFleet.Engine engine = any();
            switch (random.nextInt(8)) {
                case 0 -> {
                    engine.dead = true;
                    dispatcher.left(engine.node);
                    join();
                }
                case 1 -> {
                    engine.dead = true;
                    join();
                }
                case 2 -> engine.paused = true;
                case 3 -> engine.paused = false;
                case 4 -> {
                    if (engine.works()) {
                        fleet.endAll(engine, Outcome.FAILED);
                    }
                }
                case 5 -> {
                    if (engine.works()) {
                        fleet.endAll(engine, Outcome.HANDED_OVER);
                        engine.dead = true;
                        join();
                    }
                }
                default -> ExactFleet.lose(engine);
            }
        }

        private void work() {
            for (ExactFleet.Engine engine : List.copyOf(fleet.engines)) {
                if (engine.works() && random.nextInt(3) > 0) {
                    fleet.step(engine);
                }
                if (random.nextBoolean()) {
                    fleet.deliver(engine, dispatcher);
                }
            }
            if (random.nextBoolean()) {
                fleet.answer();
            }
        }

        private void join() {
            registry.renew(DispatchHouse.status(fleet.join().node.value(), FINGERPRINT));
        }

        private ExactFleet.Engine any() {
            return fleet.engines.get(fleet.engines.size() - 1 - random.nextInt(Math.min(4, fleet.engines.size())));
        }

        private void pass(int millis) {
            for (int left = millis; left > 0; left -= 250) {
                clock.advance(Duration.ofMillis(250));
                for (ExactFleet.Engine engine : fleet.engines) {
                    if (engine.works()) {
                        registry.renew(DispatchHouse.status(engine.node.value(), FINGERPRINT));
                        dispatcher.heard(engine.node);
                    }
                }
                dispatcher.watch();
            }
        }
    }

    private static final class Answer implements StreamListener {

        private static final class Told {
            final List<Integer> tokens = new ArrayList<>();
            final StringBuilder text = new StringBuilder();
            final List<FinishReason> finishes = new ArrayList<>();
        }

        final RequestId id;
        final List<Told> choices;
        private final List<TokenScores> prompt = new ArrayList<>();
        private @Nullable StreamSummary summary;

        Answer(RequestId id, int choices) {
            this.id = id;
            this.choices =
                    IntStream.range(0, choices).mapToObj(choice -> new Told()).toList();
        }

        @Override
        public void admitted(String fingerprint) {
            assertThat(choices).allMatch(told -> told.tokens.isEmpty());
        }

        @Override
        public void approximated(String fingerprint) {
            throw new AssertionError("all engines are equal");
        }

        @Override
        public void prompt(List<TokenScores> scores) {
            prompt.addAll(scores);
        }

        @Override
        public void delta(StreamDelta delta) {
            Told told = choices.get(delta.choice());
            for (int token : delta.tokens().toArray()) {
                told.tokens.add(token);
            }
            told.text.append(delta.text());
            if (delta.finish() != null) {
                told.finishes.add(delta.finish());
            }
        }

        @Override
        public void flush() {
            assertThat(summary).isNull();
        }

        @Override
        public void ended(StreamSummary end) {
            assertThat(summary).as("ends once").isNull();
            summary = end;
        }

        void check(long seed) {
            StreamSummary end = Objects.requireNonNull(summary);
            String about = "seed " + seed + ", " + id;
            if (end.admittedAttempts() == 0) {
                // Nobody took it, and the client was told so before it was told anything else.
                assertThat(end.result()).as(about).isInstanceOf(Result.Failed.class);
                assertThat(choices).as(about).allMatch(told -> told.tokens.isEmpty());
                return;
            }
            assertThat(end.result()).as(about).isInstanceOf(Result.Completed.class);
            assertThat(prompt).as(about).isEqualTo(ExactModel.scores(1, ExactModel.PROMPT));
            int tokens = 0;
            for (int choice = 0; choice < choices.size(); choice++) {
                Told told = choices.get(choice);
                int length = ExactModel.length(id, choice);
                tokens += length;
                assertThat(told.tokens).as(about).hasSize(length);
                for (int i = 0; i < length; i++) {
                    assertThat(told.tokens.get(i)).as(about).isEqualTo(ExactModel.token(id, choice, i));
                }
                assertThat(told.text.toString()).as(about).isEqualTo(ExactModel.text(id, choice, length));
                assertThat(told.finishes).as(about).containsExactly(ExactModel.finish(id, choice));
            }
            assertThat(end.usage()).as(about).isEqualTo(new Usage(ExactModel.PROMPT, tokens, 1));
        }
    }
}
