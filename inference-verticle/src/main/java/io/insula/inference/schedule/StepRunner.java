package io.insula.inference.schedule;

import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.engine.PromptScorer;
import io.insula.inference.engine.StepLogits;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TokenIds;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes one engine call and gives each choice that it concerns its next token.
 *
 * <p><b>Errors:</b> what the engine throws is passed on; a stream whose own decoding throws ends alone.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class StepRunner {

    private static final Logger log = LoggerFactory.getLogger(StepRunner.class);

    private final OpenEngine open;
    private final Placement placement;
    private final Scoring scoring;
    private final Roster roster;
    private final VirtualCounters counters;
    private final Outbox outbox;
    private final SchedulerMeters meters;
    private final LongSupplier nanos;
    private final Map<ScheduledStream, String> broken = new LinkedHashMap<>();

    StepRunner(
            OpenEngine open,
            Placement placement,
            Scoring scoring,
            Roster roster,
            VirtualCounters counters,
            Outbox outbox,
            SchedulerMeters meters,
            LongSupplier nanos) {
        this.open = open;
        this.placement = placement;
        this.scoring = scoring;
        this.roster = roster;
        this.counters = counters;
        this.outbox = outbox;
        this.meters = meters;
        this.nanos = nanos;
    }

    /** Decodes all rows or prefills a chunk of the prompt whose turn it is; false when there is neither. */
    boolean step() {
        boolean decodes = open.slots().active() > 0;
        List<Choice> prompts = open.slots().prefilling();
        if (!prompts.isEmpty() && (!decodes || open.balance().prefillIsDue())) {
            prefill(prompts.getFirst());
            return true;
        }
        if (decodes) {
            decode();
        }
        return decodes;
    }

    private void prefill(Choice choice) {
        ScheduledStream stream = choice.stream();
        int context = stream.prefilled();
        int slot = open.slots().slotOf(choice);
        int left = stream.prompt().length - context;
        int rows = open.slots().active();
        int count = open.balance().chunk(left, context, rows);
        long began = nanos.getAsLong();
        PromptScorer scorer = open.scorer();
        if (scorer != null && Scoring.ofPrompt(stream)) {
            count = StepBalance.atMost(count, left, scorer.scoredTokens());
            StepLogits logits = scorer.prefillScored(slot, stream.prompt(), context, count);
            scorePrompt(stream, logits, count);
            prefilled(choice, slot, count, logits, count - 1);
        } else if (count < left) {
            open.engine().prefillPart(slot, stream.prompt(), context, count);
            prefilled(choice, slot, count);
        } else {
            open.engine().prefill(slot, stream.prompt(), context, count);
            prefilled(choice, slot, count, open.engine().prefillLogits(), 0);
        }
        open.balance().prefilled(context, count, nanos.getAsLong() - began, rows);
    }

    /** Notes a chunk; behind the last one the answer begins, from that row of logits. */
    private void prefilled(Choice choice, int slot, int count, StepLogits logits, int row) {
        if (choice.stream().prefilled() + count < choice.stream().prompt().length) {
            prefilled(choice, slot, count);
        } else if (countChunk(choice, count)) {
            answerBegins(choice.stream(), slot, logits, row);
        }
    }

    /** Notes a chunk that others follow. */
    private void prefilled(Choice choice, int slot, int count) {
        if (countChunk(choice, count)) {
            keepPrefix(choice.stream(), slot);
            open.slots().turnOver(choice);
        }
    }

    /** Whether the stream still lives. */
    private boolean countChunk(Choice choice, int count) {
        ScheduledStream stream = choice.stream();
        boolean first = stream.prefilled() == stream.cached();
        stream.prefilled(count);
        if (first && (stream.cached() > 0 || !stream.prompted())) {
            // What was known of the prompt is told with the last frame, too, but that may never come.
            outbox.add(stream.command(), stream.progress());
        }
        choice.countTurn();
        meters.prefilled(count);
        return !endIfOver(stream);
    }

    private void scorePrompt(ScheduledStream stream, StepLogits logits, int count) {
        try {
            scoring.prompt(stream, logits, count).ifPresent(scores -> outbox.add(stream.command(), scores));
        } catch (RuntimeException e) {
            breaks(stream, e);
        }
    }

    private void answerBegins(ScheduledStream stream, int slot, StepLogits logits, int row) {
        long now = nanos.getAsLong();
        stream.choices().forEach(choice -> advance(choice, logits, row, now));
        keepPrefix(stream, slot);
        stream.letGoOfPrefix();
        if (!endIfOver(stream)) {
            List<Choice> running = stream.choices().stream()
                    .filter(choice -> !choice.finished())
                    .toList();
            int rows = Math.min(running.size(), open.slots().heldFor(stream.first()));
            placement.postpone(stream, running.subList(rows, running.size()), slot);
            open.slots().join(stream.first(), running.subList(0, rows));
        }
    }

    private static void keepPrefix(ScheduledStream stream, int slot) {
        PrefixLease prefix = stream.prefix();
        if (prefix != null) {
            prefix.extend(stream.prompt(), stream.prefilled(), slot);
        }
    }

    private void decode() {
        long began = nanos.getAsLong();
        int rows = open.slots().active();
        StepLogits logits = open.engine().decode(rows, open.slots().nextTokens());
        meters.decodeStep(rows);
        long now = nanos.getAsLong();
        List<Choice> choices = open.slots().rows().toList();
        for (int row = 0; row < rows; row++) {
            choices.get(row).countTurn();
            advance(choices.get(row), logits, row, now);
        }
        choices.forEach(this::leaveIfOver);
        open.balance().decoded(nanos.getAsLong() - began);
    }

    private void leaveIfOver(Choice choice) {
        if (!endIfOver(choice.stream()) && choice.finished()) {
            open.release(choice);
        }
    }

    private boolean endIfOver(ScheduledStream stream) {
        String fault = broken.remove(stream);
        if (fault != null) {
            roster.end(stream, Outcome.FAILED, fault);
            return true;
        }
        if (stream.finished() && roster.get(stream.id()) == stream) {
            roster.end(stream, Outcome.COMPLETED, null);
            return true;
        }
        return false;
    }

    /** Gives a choice its next token: a known one while it replays, else a sampled one. */
    private void advance(Choice choice, StepLogits logits, int row, long now) {
        ScheduledStream stream = choice.stream();
        if (broken.containsKey(stream)) {
            return;
        }
        counters.charge(stream.tenant(), stream.weight(), VirtualCounters.OUTPUT_COST);
        try {
            if (choice.replays()) {
                replay(choice);
            } else {
                sample(choice, logits, row, now);
            }
        } catch (RuntimeException e) {
            breaks(stream, e);
        }
    }

    /** One stream's sampling or decoding is nobody else's trouble. */
    private void breaks(ScheduledStream stream, RuntimeException failure) {
        log.warn("Stream {} attempt {} cannot be decoded", stream.id(), stream.attempt(), failure);
        broken.put(stream, "the answer cannot be decoded: " + failure.getMessage());
    }

    private void replay(Choice choice) {
        FinishReason finish = choice.replay();
        if (finish != null) {
            ScheduledStream stream = choice.stream();
            outbox.add(stream.command(), stream.ended(choice.index(), finish));
        }
    }

    private void sample(Choice choice, StepLogits logits, int row, long now) {
        ScheduledStream stream = choice.stream();
        int token = choice.sample(open.sampler(), logits, row);
        ChoiceDecoder.Step step = choice.take(token);
        outbox.add(
                stream.command(),
                stream.delta(choice.index(), TokenIds.of(token), step, scoring.token(stream, logits, row, token)));
        meters.tokenGenerated();
        long sinceLast = choice.sinceLastTokenNanos(now);
        if (stream.firstToken(now)) {
            meters.firstTokenAfter(stream.sinceAdmissionNanos(now));
        } else {
            meters.nextTokenAfter(sinceLast);
        }
    }
}
