package io.insula.chaos;

import io.insula.chaos.fault.Happenings;
import io.insula.chaos.fault.Noticed;
import io.insula.chaos.fault.Scenario;
import io.insula.chaos.house.LedgerRow;
import io.insula.chaos.load.Answer;
import io.insula.chaos.load.Comparison;
import io.insula.chaos.load.Question;
import io.insula.chaos.load.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compares what clients saw and what the ledger says with the undisturbed run, and stalls with their bounds. */
final class Verdict {

    private static final int UNAVAILABLE = 503;
    private static final double RECOMPUTE_FACTOR = 1.2;
    /** Between the end of an outage and the first lease of what came back. */
    private static final Duration GRACE = Duration.ofSeconds(3);
    /** Engines free the slots of a node's streams in 5 s; then others write what these used. */
    private static final Duration FREE_AGAIN = Duration.ofMillis(5500);

    private final Scenario scenario;
    private final Reference reference;
    private final Happenings happened;
    private final ChaosOptions options;
    private final Map<Integer, Reply> recomputed;
    private final List<String> complaints = new ArrayList<>();
    /** When a question was first asked once more. */
    private final Map<Integer, Long> askedAgain = new HashMap<>();

    private final List<Double> moveStalls = new ArrayList<>();
    private final List<Double> otherStalls = new ArrayList<>();
    private int moved;
    private int lost;
    private int lostUnnamed;
    private int refused;
    private double worstRecompute;
    private @Nullable Stall worst;

    /**
     * Begins a verdict.
     *
     * @param recomputed questions whose answers moved, asked once more together, of those who were left
     */
    Verdict(
            Scenario scenario,
            Reference reference,
            Happenings happened,
            ChaosOptions options,
            Map<Integer, Reply> recomputed) {
        this.scenario = scenario;
        this.reference = reference;
        this.happened = happened;
        this.options = options;
        this.recomputed = recomputed;
        complaints.addAll(happened.complaints());
    }

    Outcome of(List<Reply> replies, List<LedgerRow> rows) {
        Map<UUID, List<LedgerRow>> byRequest = new HashMap<>();
        rows.forEach(row -> byRequest
                .computeIfAbsent(row.request(), request -> new ArrayList<>())
                .add(row));
        for (Reply reply : replies) {
            if (reply.pass() > 0) {
                askedAgain.merge(reply.question().index(), reply.sentNanos(), Math::min);
            }
        }
        int named = 0;
        for (Reply reply : replies) {
            boolean admitted = judge(reply, byRequest);
            named += admitted && reply.request() != null ? 1 : 0;
        }
        if (rows.size() < named || rows.size() > named + lostUnnamed) {
            complaints.add("The ledger has " + rows.size() + " rows of " + named + " answered requests and "
                    + lostUnnamed + " of which nobody heard more.");
        }
        bounds();
        return new Outcome(
                scenario,
                replies.size(),
                moved,
                lost,
                refused,
                Percentiles.of(moveStalls),
                Percentiles.of(otherStalls),
                worstRecompute,
                List.copyOf(complaints));
    }

    /** The questions whose answers moved. */
    static List<Question> moved(List<Reply> replies, List<LedgerRow> rows) {
        Set<UUID> moved = rows.stream()
                .filter(row -> row.attempts() > 1)
                .map(LedgerRow::request)
                .collect(Collectors.toSet());
        return replies.stream()
                .filter(reply -> moved.contains(reply.request()))
                .map(Reply::question)
                .distinct()
                .toList();
    }

    /** Judges one reply; whether an engine was to have worked on it. */
    private boolean judge(Reply reply, Map<UUID, List<LedgerRow>> ledger) {
        List<LedgerRow> rows = reply.request() == null ? List.of() : ledger.getOrDefault(reply.request(), List.of());
        Answer answer = reply.answer();
        if (answer == null) {
            return failed(reply, rows);
        }
        Comparison.of(reference.answer(reply.question()), answer, isUnknown(reply))
                .forEach(difference -> complain(reply, difference));
        if (rows.size() != 1) {
            complain(reply, rows.size() + " ledger rows");
        }
        rows.forEach(row -> compare(reply, answer, row));
        boolean hasMoved = rows.stream().anyMatch(row -> row.attempts() > 1);
        moved += hasMoved ? 1 : 0;
        stall(reply, hasMoved);
        return true;
    }

    /**
     * Whether no engine can have known anything of its prompt. What many prompts begin with may be known here or there; what is
     * a question's own is not, unless others asked it again meanwhile.
     */
    private boolean isUnknown(Reply reply) {
        Long again = askedAgain.get(reply.question().index());
        return reply.pass() == 0 && !reply.question().viaConfig() && (again == null || again - reply.endedNanos() > 0);
    }

    private void compare(Reply reply, Answer answer, LedgerRow row) {
        boolean same = row.promptTokens() == answer.promptTokens()
                && row.completionTokens() == answer.completionTokens()
                && row.cachedTokens() == answer.cachedTokens();
        if (!same) {
            complain(reply, "the ledger says " + row + ", the client was told " + answer.usage());
        }
        String finish = reference.row(reply.question()).finish();
        if (!row.finish().equals(finish)) {
            complain(reply, "the ledger says that it ended with " + row.finish() + ", undisturbed with " + finish);
        }
    }

    private boolean failed(Reply reply, List<LedgerRow> rows) {
        Instant gone = happened.lostDoors().get(reply.door().name());
        if (gone != null && reply.status() < 500 && wasBroken(reply)) {
            lost++;
            rows.stream()
                    .filter(row -> Duration.between(gone, row.recorded()).compareTo(FREE_AGAIN) > 0)
                    .forEach(row -> complain(
                            reply,
                            "lost with its HTTP node, and written only "
                                    + Duration.between(gone, row.recorded()).toMillis() + " ms later"));
            lostUnnamed += reply.request() == null ? 1 : 0;
            if (reply.request() != null && rows.size() != 1) {
                complain(reply, "lost with its HTTP node, and " + rows.size() + " ledger rows");
            }
            return true;
        }
        if (scenario.noticed() == Noticed.WHEN_MENDED && reply.status() == UNAVAILABLE && wasBroken(reply)) {
            refused++;
            return false;
        }
        complain(reply, "no answer: " + reply.failure());
        lostUnnamed += reply.request() == null ? 1 : 0;
        return true;
    }

    /** Whether something was broken while it was on its way. */
    private boolean wasBroken(Reply reply) {
        List<Long> broken = happened.broken();
        List<Long> ends = happened.mended().isEmpty() ? broken : happened.mended();
        return !broken.isEmpty()
                && reply.endedNanos() - broken.getFirst() > 0
                && reply.sentNanos() - ends.getLast() < GRACE.toNanos();
    }

    private void stall(Reply reply, boolean hasMoved) {
        if (!reply.question().streamed() || happened.broken().stream().noneMatch(reply::covers)) {
            return;
        }
        Stall stall = Stall.of(reply, happened.broken());
        (hasMoved ? moveStalls : otherStalls).add(stall.seconds());
        if (hasMoved) {
            worst = worst == null || worst.nanos() < stall.nanos() ? stall : worst;
            Reply measured = recomputed.getOrDefault(
                    reply.question().index(),
                    reference.replies().get(reply.question().index()));
            long recompute = Reference.nanosUntil(measured, stall.events());
            double factor = (stall.nanos() - scenario.noticed().detection().toNanos()) / (double) recompute;
            worstRecompute = Math.max(worstRecompute, factor);
        }
    }

    private void bounds() {
        if (scenario.mustHit() && moved == 0) {
            complaints.add("No answer had to move: the scenario proves nothing.");
        }
        double p99 = Percentiles.of(moveStalls).at(99);
        // The tiny model computes so fast that a bound in seconds means something.
        boolean fast = options.model() == ChaosOptions.Model.TINY;
        double bound = options.patience() * scenario.noticed().stall().toMillis() / 1000.0;
        if (fast && p99 > bound) {
            complaints.add(String.format(
                    Locale.ROOT,
                    "Streams that moved stood still for %.2f s (p99; at most %.1f s); the worst: %s",
                    p99,
                    bound,
                    worst));
        }
        if (!fast && worstRecompute > RECOMPUTE_FACTOR * options.patience()) {
            complaints.add(String.format(
                    Locale.ROOT,
                    "A stream that moved stood still for the time to notice it and %.2f times what its tokens took"
                            + " (at most %.1f); the longest: %s",
                    worstRecompute,
                    RECOMPUTE_FACTOR,
                    worst));
        }
    }

    private void complain(Reply reply, String what) {
        complaints.add(reply.question() + ", request " + reply.request() + " at "
                + reply.door().name() + ": " + what);
    }
}
