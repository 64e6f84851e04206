package io.insula.inference.schedule;

import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.EngineShape;
import io.insula.protocol.Leases;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.TokenIds;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous batching: streams join and leave between engine calls, prompts are prefilled in chunks between decode steps.
 *
 * <p><b>Order:</b> a step reads the mail, fills a free slot, makes one engine call and sends what it produced. Decode
 * steps and prefill chunks alternate while there is work for both.
 *
 * <p><b>Thread:</b> the device thread, which owns the engine.
 *
 * <p><b>Errors:</b> whatever an engine call throws ends the streams that hold a slot and replaces the engine; waiting
 * streams stay. A stream whose own decoding throws ends alone.
 */
final class StepLoop {

    private static final Logger log = LoggerFactory.getLogger(StepLoop.class);

    private static final String ENGINE_LOST = "the engine failed; the answer is incomplete";
    private static final String ENGINE_MISSING = "the engine does not start";
    private static final int MEAN_WEIGHT = 8;

    private record OpenEngine(
            DecoderEngine engine, EngineShape shape, String fingerprint, Slots slots, Sampler sampler) {}

    private record Ending(
            ScheduledStream stream,
            Outcome outcome,
            @Nullable String error) {}

    private final Supplier<? extends DecoderEngine> engines;
    private final SchedulerConfig config;
    private final Queue<Mail> mail;
    private final QueueSpace space;
    private final Outbox outbox;
    private final SchedulerMeters meters;
    private final LongSupplier nanos;
    private final Consumer<ScheduledStream> whenEnded;
    private final Backlog backlog = new FifoBacklog();
    private final Map<RequestId, ScheduledStream> streams = new LinkedHashMap<>();
    private final List<Ending> endings = new ArrayList<>();
    private final List<ScheduledStream> ended = new ArrayList<>();

    private @Nullable OpenEngine open;
    private boolean prefillIsNext = true;
    private long reopenAtNanos;
    private long nextProgressNanos;
    private long meanServiceNanos;
    private volatile SchedulerLoad load = SchedulerLoad.NO_ENGINE;

    StepLoop(
            Supplier<? extends DecoderEngine> engines,
            SchedulerConfig config,
            Queue<Mail> mail,
            QueueSpace space,
            Outbox outbox,
            SchedulerMeters meters,
            LongSupplier nanos,
            Consumer<ScheduledStream> whenEnded) {
        this.engines = engines;
        this.config = config;
        this.mail = mail;
        this.space = space;
        this.outbox = outbox;
        this.meters = meters;
        this.nanos = nanos;
        this.whenEnded = whenEnded;
        this.reopenAtNanos = nanos.getAsLong();
    }

    /** What this loop last said about itself; from any thread. */
    SchedulerLoad load() {
        return load;
    }

    /** Whether anything waits for time to pass rather than for mail. */
    boolean waitsForTime() {
        return open == null || !streams.isEmpty();
    }

    void open() {
        DecoderEngine engine = engines.get();
        EngineShape shape = engine.shape();
        open = new OpenEngine(engine, shape, engine.fingerprint(), new Slots(engine), new Sampler(shape.vocabulary()));
        publishLoad();
    }

    /** Does the next piece of work; false when there is none. */
    boolean step() {
        boolean worked;
        try {
            readMail();
            worked = open == null ? reopen() : work(open);
        } catch (Throwable failure) {
            // The device thread outlives every failure of a native runtime, errors of linking and memory included.
            loseEngine(failure);
            worked = true;
        }
        sendProgress();
        // First, so that whoever hears of an end finds its slot free.
        publishLoad();
        outbox.flush();
        ended.forEach(whenEnded);
        ended.clear();
        return worked;
    }

    /** Ends every stream and the engine. */
    void close(String why) {
        readMailForTheLastTime(why);
        OpenEngine closing = open;
        open = null;
        endWhere(stream -> true, Outcome.FAILED, why);
        publishLoad();
        outbox.flush();
        ended.forEach(whenEnded);
        ended.clear();
        if (closing != null) {
            closing.engine().close();
        }
    }

    private void readMailForTheLastTime(String why) {
        try {
            readMail();
        } catch (RuntimeException e) {
            log.warn("The engine failed while it was being stopped ({})", why, e);
        }
    }

    private void readMail() {
        for (Mail next = mail.poll(); next != null; next = mail.poll()) {
            switch (next) {
                case Mail.Submit(ScheduledStream stream) -> submit(stream);
                case Mail.Cancel(RequestId request, int attempt) -> {
                    ScheduledStream stream = streams.get(request);
                    if (stream != null && stream.attempt() <= attempt) {
                        end(stream, Outcome.CANCELLED, null);
                    }
                }
                case Mail.CancelNode(var node) ->
                    endWhere(stream -> stream.command().apiNode().equals(node), Outcome.CANCELLED, null);
                case Mail.CancelAll() -> endWhere(stream -> true, Outcome.CANCELLED, null);
            }
        }
    }

    private void submit(ScheduledStream stream) {
        ScheduledStream superseded = streams.put(stream.id(), stream);
        backlog.add(stream);
        if (superseded != null) {
            end(superseded, Outcome.CANCELLED, null);
        }
    }

    private boolean work(OpenEngine engine) {
        fillSlot(engine);
        boolean decodes = engine.slots().active() > 0;
        Choice prefilling = engine.slots().prefilling();
        if (prefilling != null && (prefillIsNext || !decodes)) {
            prefillIsNext = false;
            prefill(engine, prefilling);
            return true;
        }
        prefillIsNext = true;
        if (decodes) {
            decode(engine);
        }
        return decodes;
    }

    private void fillSlot(OpenEngine engine) {
        while (engine.slots().open() && !backlog.isEmpty()) {
            ScheduledStream stream = backlog.next();
            space.giveBack(stream.prompt().length);
            String fault = fault(stream, engine.shape());
            if (fault != null) {
                conclude(stream, Outcome.FAILED, fault);
                continue;
            }
            stream.start(nanos.getAsLong());
            meters.gotSlotAfter(stream.waitedNanos());
            engine.slots().beginPrefill(stream.choice());
        }
    }

    private void prefill(OpenEngine engine, Choice choice) {
        ScheduledStream stream = choice.stream();
        int[] prompt = stream.prompt();
        int count = config.chunk(prompt.length - stream.prefilled());
        engine.engine().prefill(engine.slots().prefillSlot(), prompt, stream.prefilled(), count);
        stream.prefilled(count);
        meters.prefilled(count);
        if (stream.prefilled() == prompt.length) {
            advance(engine.sampler(), choice, engine.engine().prefillLogits(), 0, nanos.getAsLong());
            if (endings.isEmpty()) {
                engine.slots().join();
            }
            endAdvanced();
        }
    }

    private void decode(OpenEngine engine) {
        int rows = engine.slots().active();
        FloatBuffer logits = engine.engine().decode(rows, engine.slots().nextTokens());
        meters.decodeStep(rows);
        long now = nanos.getAsLong();
        for (int row = 0; row < rows; row++) {
            advance(engine.sampler(), engine.slots().row(row), logits, row, now);
        }
        endAdvanced();
    }

    /** Gives a choice its next token: a known one while it replays, else a sampled one. */
    private void advance(Sampler sampler, Choice choice, FloatBuffer logits, int row, long now) {
        ScheduledStream stream = choice.stream();
        try {
            FinishReason finish = choice.replays() ? replay(choice) : sample(sampler, choice, logits, row, now);
            if (finish != null) {
                endings.add(new Ending(stream, Outcome.COMPLETED, null));
            }
        } catch (RuntimeException e) {
            // One stream's sampling or decoding is nobody else's trouble.
            log.warn("Stream {} attempt {} cannot be decoded", stream.id(), stream.attempt(), e);
            endings.add(new Ending(stream, Outcome.FAILED, "the answer cannot be decoded: " + e.getMessage()));
        }
    }

    private @Nullable FinishReason replay(Choice choice) {
        FinishReason finish = choice.replay();
        if (finish != null) {
            ScheduledStream stream = choice.stream();
            outbox.add(stream.command(), stream.delta(choice.index(), TokenIds.EMPTY, "", finish));
        }
        return finish;
    }

    private @Nullable FinishReason sample(Sampler sampler, Choice choice, FloatBuffer logits, int row, long now) {
        ScheduledStream stream = choice.stream();
        int token = choice.sample(sampler, logits, row);
        ChoiceDecoder.Step step = choice.take(token);
        outbox.add(stream.command(), stream.delta(choice.index(), TokenIds.of(token), step.text(), step.finish()));
        meters.tokenGenerated();
        long sinceLast = choice.sinceLastTokenNanos(now);
        if (stream.firstToken(now)) {
            meters.firstTokenAfter(stream.sinceAdmissionNanos(now));
        } else {
            meters.nextTokenAfter(sinceLast);
        }
        return step.finish();
    }

    private void endAdvanced() {
        List<Ending> now = List.copyOf(endings);
        endings.clear();
        now.forEach(ending -> end(ending.stream(), ending.outcome(), ending.error()));
    }

    private void endWhere(Predicate<ScheduledStream> which, Outcome outcome, @Nullable String error) {
        List.copyOf(streams.values()).stream().filter(which).forEach(stream -> end(stream, outcome, error));
    }

    private void end(ScheduledStream stream, Outcome outcome, @Nullable String error) {
        conclude(stream, outcome, error);
        if (backlog.remove(stream)) {
            space.giveBack(stream.prompt().length);
        } else if (open != null) {
            open.slots().leave(stream.choice());
        }
    }

    /** The stream's last frame; what it holds is freed by the caller. */
    private void conclude(ScheduledStream stream, Outcome outcome, @Nullable String error) {
        long now = nanos.getAsLong();
        streams.remove(stream.id(), stream);
        outbox.add(stream.command(), stream.end(outcome, error, now));
        ended.add(stream);
        if (stream.started()) {
            long served = stream.servedNanos(now);
            meanServiceNanos =
                    meanServiceNanos == 0 ? served : meanServiceNanos + (served - meanServiceNanos) / MEAN_WEIGHT;
        }
    }

    private boolean reopen() {
        if (nanos.getAsLong() - reopenAtNanos < 0) {
            return false;
        }
        try {
            open();
            return true;
        } catch (Throwable failure) {
            // As in step: a runtime that does not start must not end the device thread.
            meters.engineFailed();
            log.error("The engine does not start; next try in {}", config.restartDelay(), failure);
            reopenAtNanos = nanos.getAsLong() + config.restartDelay().toNanos();
            endWhere(stream -> true, Outcome.FAILED, ENGINE_MISSING);
            return false;
        }
    }

    private void loseEngine(Throwable failure) {
        meters.engineFailed();
        log.error("The engine failed; its streams end and it is started anew", failure);
        OpenEngine lost = open;
        open = null;
        endings.clear();
        reopenAtNanos = nanos.getAsLong();
        endWhere(ScheduledStream::started, Outcome.FAILED, ENGINE_LOST);
        if (lost != null) {
            try {
                lost.engine().close();
            } catch (Throwable closing) {
                log.warn("The failed engine does not close", closing);
            }
        }
    }

    private static @Nullable String fault(ScheduledStream stream, EngineShape shape) {
        for (int token : stream.prompt()) {
            if (token < 0 || token >= shape.vocabulary()) {
                return "prompt: token " + token + " (expected: 0.." + (shape.vocabulary() - 1) + ")";
            }
        }
        for (int token : stream.command().resumeTokens(stream.choice().index()).toArray()) {
            if (token < 0 || token >= shape.vocabulary()) {
                return "resume tokens: " + token + " (expected: 0.." + (shape.vocabulary() - 1) + ")";
            }
        }
        long needed = (long) stream.prompt().length + stream.maxTokens();
        return needed > shape.slotTokens()
                ? "prompt and answer: " + needed + " tokens (expected: <= " + shape.slotTokens() + ")"
                : null;
    }

    private void sendProgress() {
        long now = nanos.getAsLong();
        if (streams.isEmpty()) {
            nextProgressNanos = now + Leases.PROGRESS_PERIOD.toNanos();
        } else if (now - nextProgressNanos >= 0) {
            nextProgressNanos = now + Leases.PROGRESS_PERIOD.toNanos();
            streams.values().stream()
                    .filter(ScheduledStream::silent)
                    .forEach(stream -> outbox.add(stream.command(), stream.progress()));
        }
    }

    private void publishLoad() {
        OpenEngine now = open;
        load = now == null
                ? SchedulerLoad.NO_ENGINE
                : new SchedulerLoad(now.shape(), now.fingerprint(), now.slots().held(), meanServiceNanos);
    }
}
