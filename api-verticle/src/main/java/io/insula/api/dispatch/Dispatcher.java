package io.insula.api.dispatch;

import io.insula.api.dispatch.RunningStream.Phase;
import io.insula.api.dispatch.StreamFate.Loss;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.Leases;
import io.insula.protocol.ModelStatus;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds an engine for each generation, tells its listener everything that the engine then says, and moves it to another
 * engine when that one is lost: the listener hears one answer, whoever gave it.
 *
 * <p>An engine is lost by a gap in the sequence, silence, the end of its lease, its departure, or by what it says itself. A
 * cancelled stream stays known until its exact token counts came or a grace has passed.
 *
 * <p><b>Thread:</b> one event loop owns a dispatcher and all its streams.
 */
public final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
    /** As long as it may be from one watch to the next. */
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<RunningStream> touched = new ArrayList<>();
    private final DispatchConfig config;
    private final EngineRegistry engines;
    private final LongSupplier nanoClock;
    private final StreamTable streams;
    private final EngineChoice choice;
    private final Failover failover;
    private final Admissions admissions;
    private final FrameReader reader;
    private final LateFrames late;
    private long watchedNanos;

    Dispatcher(
            NodeId apiNode,
            int apiInstance,
            DispatchConfig config,
            EngineRegistry engines,
            EnginePort port,
            LongSupplier nanoClock,
            DispatchMeters meters) {
        this.config = config;
        this.engines = engines;
        this.nanoClock = nanoClock;
        this.streams = new StreamTable(meters);
        this.choice = new EngineChoice(engines, config.failover());
        this.failover = new Failover(config, engines, port, streams, meters, this::ask, nanoClock);
        this.admissions = new Admissions(
                apiNode, apiInstance, config, engines, choice, port, streams, failover, meters, nanoClock);
        this.reader = new FrameReader(failover);
        this.late = new LateFrames(port, meters, nanoClock);
        this.watchedNanos = nanoClock.getAsLong();
    }

    /** Starts a generation; the listener may be told of its end before this returns. */
    public StreamHandle dispatch(Generation generation, StreamListener listener) {
        RunningStream stream = new RunningStream(generation, listener, nanoClock.getAsLong(), limitMillis(generation));
        streams.add(stream);
        admissions.ask(stream);
        return () -> leave(stream);
    }

    private long limitMillis(Generation generation) {
        long configured = config.deadline().toMillis();
        long asked = generation.deadlineMillis();
        return configured == 0 || asked == 0 ? Math.max(configured, asked) : Math.min(configured, asked);
    }

    /** Generations that have not ended yet. */
    public int active() {
        return streams.size();
    }

    /** Takes what one engine step produced. */
    void frames(FrameBatch batch) {
        for (StreamFrame frame : batch.frames()) {
            RunningStream stream = streams.get(frame.request());
            if (stream == null
                    || stream.attempt != frame.attempt()
                    || !batch.node().equals(stream.node)) {
                late.drop(batch.node(), frame);
                continue;
            }
            guarded(stream, () -> frame(stream, frame));
        }
        for (RunningStream stream : touched) {
            stream.touched = false;
            if (streams.has(stream) && !stream.leaving) {
                guarded(stream, stream.listener::flush);
            }
        }
        touched.clear();
    }

    private void frame(RunningStream stream, StreamFrame frame) {
        // A frame proves the admission, whichever of frame and reply arrives first.
        admissions.admit(stream);
        stream.heardNanos = nanoClock.getAsLong();
        NodeId node = stream.node;
        if (reader.read(stream, frame)) {
            if (node != null) {
                engines.succeeded(node);
            }
            if (!stream.touched) {
                stream.touched = true;
                touched.add(stream);
            }
        }
    }

    /**
     * Notices what only time tells: engines that fell silent or hang, waits and deadlines that are over; called several times
     * a second.
     */
    void watch() {
        long now = nanoClock.getAsLong();
        long pausedNanos = now - watchedNanos - PAUSE_NANOS;
        watchedNanos = now;
        if (pausedNanos > 0) {
            excuse(pausedNanos);
        }
        for (RunningStream stream : streams.all()) {
            if (stream.leaving) {
                if (now - stream.leavingDeadlineNanos >= 0 && stream.phase != Phase.ASKING) {
                    failover.over(stream, new Result.Cancelled());
                }
                continue;
            }
            switch (stream.phase) {
                case ASKING -> {
                    // The request's own time-out comes.
                }
                case WAITING -> {
                    if (stream.isOverdue(now)) {
                        failover.over(stream, new Result.Failed(new ApiError.DeadlineExceeded()));
                    } else if (now - stream.askAtNanos >= 0) {
                        askAgain(stream);
                    }
                }
                case RUNNING -> watchEngine(stream, now);
            }
        }
    }

    /** This process was stopped for a while and has yet to read what came meanwhile: that is nobody's silence. */
    private void excuse(long pausedNanos) {
        engines.excuse(pausedNanos);
        streams.all().forEach(stream -> stream.heardNanos += pausedNanos);
    }

    private void watchEngine(RunningStream stream, long now) {
        NodeId node = stream.node;
        if (node == null) {
            return;
        }
        if (stream.isOverdue(now - config.cancelGrace().toNanos())) {
            // The engine should have said so; it may be about to be lost.
            failover.cancel(stream);
            failover.over(stream, new Result.Failed(new ApiError.DeadlineExceeded()));
            return;
        }
        Optional<ModelStatus> model = engines.model(node, stream.generation.model());
        model.ifPresent(stream.answer::learn);
        long silentNanos = now - stream.heardNanos;
        if (silentNanos > config.silenceTimeout().toNanos()
                || (silentNanos > Leases.DURATION.toNanos() && !engines.isAlive(node))) {
            failover.lost(stream, Loss.FAILED, "silent");
        } else if (model.isPresent() && !EngineRegistry.takesStreams(model.get()) && choice.hasOther(stream, now)) {
            // A hanging engine may come back, so a stream stays while it has nowhere else to go.
            failover.lost(stream, Loss.FAILED, "its engine hangs or is gone");
        }
    }

    /** An engine spoke, perhaps one that streams wait for. */
    void heard(NodeId node) {
        long now = nanoClock.getAsLong();
        for (RunningStream stream : streams.waiting()) {
            // One that was asked in this round already is asked again in the next.
            if (now - stream.pausedUntilNanos >= 0
                    && !stream.tried.contains(node)
                    && stream.tried.size() < config.tries()
                    && choice.next(stream, now) != null) {
                admissions.ask(stream);
            }
        }
    }

    /** A node left the cluster: its streams go on elsewhere at once. */
    void left(NodeId node) {
        engines.left(node);
        for (RunningStream stream : streams.all()) {
            if (node.equals(stream.node)) {
                switch (stream.phase) {
                    case ASKING -> admissions.goneWhileAsked(stream, "it left");
                    case RUNNING -> failover.lost(stream, Loss.FAILED, "it left");
                    case WAITING -> {
                        // It has no engine.
                    }
                }
            }
        }
    }

    /** Cancels everything, for a verticle that stops. */
    void close() {
        for (RunningStream stream : streams.all()) {
            failover.cancel(stream);
            failover.over(stream, new Result.Cancelled());
        }
    }

    private void askAgain(RunningStream stream) {
        stream.tried.clear();
        admissions.ask(stream);
    }

    private void leave(RunningStream stream) {
        if (stream.leaving || !streams.has(stream)) {
            return;
        }
        stream.leaving = true;
        stream.leavingDeadlineNanos =
                nanoClock.getAsLong() + config.cancelGrace().toNanos();
        if (stream.phase == Phase.WAITING) {
            failover.over(stream, new Result.Cancelled());
        } else {
            failover.cancel(stream);
        }
    }

    private void guarded(RunningStream stream, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            // One stream's fault must not cost the other streams of the batch their frames.
            LOG.error("stream {} could not be told of a frame; it is cancelled", stream.id(), e);
            leave(stream);
        }
    }

    private void ask(RunningStream stream) {
        admissions.ask(stream);
    }
}
