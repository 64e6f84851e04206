package io.insula.inference.schedule;

import io.insula.inference.engine.StepEngine;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.Leases;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.Outcome;
import java.time.Duration;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous batching: streams join and leave between engine calls, prompts are prefilled in chunks between decode steps.
 *
 * <p><b>Order:</b> a step reads the mail, places streams in slots, makes one engine call and sends what it produced.
 *
 * <p><b>Thread:</b> the device thread, which owns the engine.
 *
 * <p><b>Errors:</b> whatever an engine call throws ends the streams that have begun and replaces the engine; waiting streams
 * stay. A stream whose own decoding throws ends alone.
 */
final class StepLoop {

    private static final Logger log = LoggerFactory.getLogger(StepLoop.class);

    private static final String ENGINE_LOST = "the engine failed; the answer is incomplete";
    private static final String ENGINE_MISSING = "the engine does not start";
    /** How long streams that wait may hear nothing while an engine is started; HTTP nodes give silent ones up. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    private static final String EXPIRED = "the request's deadline passed before its answer was complete";

    /** What makes the steps of one engine. */
    private record Crew(OpenEngine open, Placement placement, StepRunner runner) {}

    private final Supplier<? extends StepEngine> engines;
    private final ChatTokenizer tokenizer;
    private final SchedulerConfig config;
    private final Queue<Mail> mail;
    private final QueueSpace space;
    private final Outbox outbox;
    private final SchedulerMeters meters;
    private final LongSupplier nanos;
    private final VirtualCounters counters = new VirtualCounters();
    private final Backlog backlog = new Backlog(counters);
    private final Roster roster;
    private final StallWatch stalls;
    private final RestartPace pace;

    private @Nullable Crew crew;
    private long reopenAtNanos;
    private long openingNanos;
    private long nextProgressNanos;
    private volatile SchedulerLoad load = SchedulerLoad.NO_ENGINE;

    StepLoop(
            Supplier<? extends StepEngine> engines,
            ChatTokenizer tokenizer,
            SchedulerConfig config,
            Queue<Mail> mail,
            QueueSpace space,
            Outbox outbox,
            SchedulerMeters meters,
            LongSupplier nanos,
            Consumer<ScheduledStream> whenEnded) {
        this.engines = engines;
        this.tokenizer = tokenizer;
        this.config = config;
        this.mail = mail;
        this.space = space;
        this.outbox = outbox;
        this.meters = meters;
        this.nanos = nanos;
        this.roster = new Roster(backlog, counters, space, outbox, nanos, this::release, whenEnded);
        this.stalls = new StallWatch(config.stallTimeout());
        this.pace = new RestartPace(config.restartDelay());
        this.reopenAtNanos = nanos.getAsLong();
    }

    /** Watches over the steps; from another thread. */
    StallWatch stalls() {
        return stalls;
    }

    /** What this loop last said about itself; from any thread. */
    SchedulerLoad load() {
        return load;
    }

    /** Whether anything waits for time to pass rather than for mail. */
    boolean waitsForTime() {
        return crew == null || !roster.isEmpty();
    }

    void open() {
        long began = nanos.getAsLong();
        OpenEngine open = new OpenEngine(engines.get(), config);
        openingNanos = nanos.getAsLong() - began;
        stalls.reset();
        Placement placement = new Placement(open, backlog, counters, roster, space, meters, nanos);
        crew = new Crew(
                open,
                placement,
                new StepRunner(
                        open,
                        placement,
                        new Scoring(open.shape().vocabulary(), tokenizer),
                        roster,
                        counters,
                        outbox,
                        meters,
                        nanos));
        publishLoad();
    }

    /** Does the next piece of work; false when there is none. */
    boolean step() {
        boolean worked;
        try {
            readMail();
            endExpired();
            worked = crew == null ? reopen() : work(crew);
        } catch (Throwable failure) {
            // The device thread outlives every failure of a native runtime, errors of linking and memory included.
            loseEngine(failure);
            worked = true;
        }
        sendProgress();
        // First what is free again, then the frames that tell of it.
        publishLoad();
        outbox.flush();
        roster.announceEnded();
        return worked;
    }

    /** Hands every stream over and ends the engine. */
    void close() {
        readMailForTheLastTime();
        Crew closing = crew;
        crew = null;
        roster.endWhere(stream -> true, Outcome.HANDED_OVER, null);
        publishLoad();
        outbox.flush();
        roster.announceEnded();
        if (closing != null) {
            closing.open().close();
        }
    }

    private boolean work(Crew crew) {
        long began = nanos.getAsLong();
        stalls.begins();
        try {
            crew.placement().fill();
            boolean worked = crew.runner().step();
            if (worked) {
                pace.worked();
            }
            return worked;
        } finally {
            stalls.ends(nanos.getAsLong() - began);
        }
    }

    private void readMailForTheLastTime() {
        try {
            readMail();
        } catch (RuntimeException e) {
            log.warn("The engine failed while it was being stopped", e);
        }
    }

    private void readMail() {
        for (Mail next = mail.poll(); next != null; next = mail.poll()) {
            switch (next) {
                case Mail.Submit(ScheduledStream stream) -> roster.add(stream, holdsNothing(stream));
                case Mail.Cancel(RequestId request, int attempt) -> {
                    ScheduledStream stream = roster.get(request);
                    if (stream != null && stream.attempt() <= attempt) {
                        roster.end(stream, Outcome.CANCELLED, null);
                    }
                }
                case Mail.CancelNode(var node) ->
                    roster.endWhere(stream -> stream.command().apiNode().equals(node), Outcome.CANCELLED, null);
                case Mail.HandOver(var except) ->
                    roster.endWhere(stream -> !stream.command().apiNode().equals(except), Outcome.HANDED_OVER, null);
            }
        }
    }

    private void endExpired() {
        long now = nanos.getAsLong();
        roster.endWhere(stream -> stream.expired(now), Outcome.EXPIRED, EXPIRED);
    }

    private boolean holdsNothing(ScheduledStream stream) {
        return crew == null || crew.open().slots().heldBy(stream.tenant()) == 0;
    }

    private void release(ScheduledStream stream) {
        if (crew != null) {
            crew.open().release(stream);
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
            Duration wait = pace.notStarted();
            log.error("The engine does not start; next try in {}", wait, failure);
            reopenAtNanos = nanos.getAsLong() + wait.toNanos();
            roster.endWhere(stream -> true, Outcome.FAILED, ENGINE_MISSING);
            return false;
        }
    }

    private void loseEngine(Throwable failure) {
        meters.engineFailed();
        Duration wait = pace.failed();
        log.error("The engine failed; its streams end and it is started anew in {}", wait, failure);
        Crew lost = crew;
        crew = null;
        reopenAtNanos = nanos.getAsLong() + wait.toNanos();
        roster.endWhere(ScheduledStream::started, Outcome.FAILED, ENGINE_LOST);
        if (wait.plusNanos(openingNanos).compareTo(SILENCE) > 0) {
            roster.endWhere(stream -> true, Outcome.HANDED_OVER, null);
        }
        if (lost != null) {
            try {
                lost.open().close();
            } catch (Throwable closing) {
                log.warn("The failed engine does not close", closing);
            }
        }
    }

    private void sendProgress() {
        long now = nanos.getAsLong();
        if (roster.isEmpty()) {
            nextProgressNanos = now + Leases.PROGRESS_PERIOD.toNanos();
        } else if (now - nextProgressNanos >= 0) {
            nextProgressNanos = now + Leases.PROGRESS_PERIOD.toNanos();
            roster.streams().stream()
                    .filter(ScheduledStream::silent)
                    .forEach(stream -> outbox.add(stream.command(), stream.progress()));
        }
    }

    private void publishLoad() {
        Crew now = crew;
        load = now == null
                ? SchedulerLoad.NO_ENGINE
                : new SchedulerLoad(
                        now.open().shape(),
                        now.open().fingerprint(),
                        now.open().mostParkedTokens(),
                        now.open().slots().held(),
                        roster.meanServiceNanos(),
                        now.open().prefixBytes(),
                        now.open().parkedBytes(),
                        now.open().balance().stepsPerSecond(),
                        counters.spread());
    }
}
