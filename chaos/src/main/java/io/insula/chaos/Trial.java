package io.insula.chaos;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import io.insula.chaos.fault.Noticed;
import io.insula.chaos.fault.Scenario;
import io.insula.chaos.fault.Stage;
import io.insula.chaos.house.House;
import io.insula.chaos.house.LedgerRow;
import io.insula.chaos.load.Account;
import io.insula.chaos.load.Asker;
import io.insula.chaos.load.Doors;
import io.insula.chaos.load.Load;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Reply;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Runs scenarios on one cluster: asks every question undisturbed, then again while things break.
 *
 * <p><b>Thread:</b> one; blocks.
 */
final class Trial implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(90);
    private static final Duration WARM_LIMIT = Duration.ofMinutes(2);
    private static final Duration LEDGER_LIMIT = Duration.ofSeconds(15);
    private static final Duration LEAD = Duration.ofMillis(1500);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final ChaosOptions options;
    private final House house;
    private final PrintWriter out;
    private final Doors doors;
    private final Asker asker;
    private final Reference reference;

    Trial(ChaosOptions options, House house, List<Question> questions, PrintWriter out) throws InterruptedException {
        this.options = options;
        this.house = house;
        this.out = out;
        this.doors = new Doors(house.doors());
        this.asker = new Asker(doors, ANSWER_LIMIT);
        warmUp(questions);
        this.reference = undisturbed(questions);
    }

    /** Lets every process compile what it needs, so that the undisturbed run tells what computing takes. */
    private void warmUp(List<Question> questions) throws InterruptedException {
        Account account = house.database().addTenant("warm-up", options.model().modelName());
        try (Load load = Load.once(asker, account, questions, options.streams())) {
            load.await();
        }
    }

    private Reference undisturbed(List<Question> questions) throws InterruptedException {
        long began = System.nanoTime();
        Account account =
                house.database().addTenant("undisturbed", options.model().modelName());
        List<Reply> replies;
        try (Load load = Load.once(asker, account, questions, options.streams())) {
            replies = load.await();
        }
        Reference made = Reference.of(questions, replies, ledger(account, replies));
        int tokens = questions.stream()
                .mapToInt(question -> made.answer(question).completionTokens())
                .sum();
        int prompts = questions.stream()
                .mapToInt(question -> made.answer(question).promptTokens())
                .sum();
        double seconds = (System.nanoTime() - began) / 1e9;
        say(
                "undisturbed: %d questions, %d prompt tokens, %d tokens, %.1f s",
                questions.size(), prompts, tokens, seconds);
        return made;
    }

    Outcome run(Scenario scenario) throws InterruptedException {
        say("%s: %s", scenario.title(), scenario.what());
        Account account =
                house.database().addTenant(scenario.title(), options.model().modelName());
        Random random = new Random(options.seed() * 31 + scenario.title().hashCode());
        Question extra = reference.questions().getFirst();
        Stage stage = new Stage(
                house,
                random,
                asker,
                account,
                extra,
                options.outage(),
                what -> say("    %s %s", LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.MILLIS), what));
        List<Reply> replies;
        try (Load load = Load.endless(asker, account, reference.questions(), options.streams())) {
            warm(load);
            Thread.sleep(random.nextLong(LEAD.toMillis()));
            scenario.play(stage);
            Thread.sleep(options.settle());
            load.end();
            replies = load.await();
        }
        List<LedgerRow> rows = ledger(account, replies);
        Map<Integer, Reply> recomputed = recompute(scenario, Verdict.moved(replies, rows));
        Outcome outcome = new Verdict(scenario, reference, stage.happened(), options, recomputed).of(replies, rows);
        outcome.complaints().stream().limit(ChaosOptions.SHOWN_COMPLAINTS).forEach(each -> say("    WRONG %s", each));
        house.restore();
        return outcome;
    }

    /**
     * Asks what moved once more, all of it together, of the engines that are left, while as many other clients as before ask on:
     * how long it takes to compute it again. With the tiny model nothing depends on it.
     */
    private Map<Integer, Reply> recompute(Scenario scenario, List<Question> moved) throws InterruptedException {
        if (options.model() == ChaosOptions.Model.TINY
                || moved.isEmpty()
                || scenario.noticed() == Noticed.WHEN_MENDED) {
            return Map.of();
        }
        Account account =
                house.database().addTenant("recomputed", options.model().modelName());
        Account companions =
                house.database().addTenant("beside", options.model().modelName());
        Map<Integer, Reply> recomputed = new HashMap<>();
        int others = Math.max(1, options.streams() - moved.size());
        try (Load beside = Load.endless(asker, companions, reference.questions(), others)) {
            Thread.sleep(LEAD);
            try (Load load = Load.once(asker, account, moved, Math.min(options.streams(), moved.size()))) {
                load.await().forEach(reply -> recomputed.put(reply.question().index(), reply));
            }
            beside.end();
            beside.await();
        }
        return recomputed;
    }

    /** Until every client has an answer behind it, more or less. */
    private void warm(Load load) throws InterruptedException {
        long end = System.nanoTime() + WARM_LIMIT.toNanos();
        while (load.answered() < options.streams()) {
            if (System.nanoTime() - end > 0) {
                throw new ChaosException("Hardly anything is answered.");
            }
            Thread.sleep(PAUSE);
        }
    }

    /** The ledger's rows, as soon as it has those of all that was answered, or after a while. */
    private List<LedgerRow> ledger(Account account, List<Reply> replies) throws InterruptedException {
        Set<UUID> expected = new HashSet<>(
                replies.stream().map(Reply::request).filter(Objects::nonNull).toList());
        long end = System.nanoTime() + LEDGER_LIMIT.toNanos();
        while (true) {
            List<LedgerRow> rows = house.database().rows(account);
            Predicate<UUID> isThere =
                    request -> rows.stream().anyMatch(row -> row.request().equals(request));
            if (expected.stream().allMatch(isThere) || System.nanoTime() - end > 0) {
                return rows;
            }
            Thread.sleep(PAUSE);
        }
    }

    @FormatMethod
    private void say(@FormatString String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
        out.flush();
    }

    @Override
    public void close() {
        asker.close();
        doors.close();
    }
}
