package io.insula.api.dispatch;

import io.insula.api.dispatch.EngineRegistry.Candidate;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.CancelStream;
import io.insula.protocol.FrameBatch;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.Leases;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds an engine for each generation and tells its listener everything that the engine then says.
 *
 * <p>An engine that refuses, is gone or stays silent on admission is followed by the next, before the listener hears of
 * it. Afterwards a gap in the sequence, silence or the end of the node's lease ends the stream as
 * {@link ApiError.EngineLost}. A cancelled stream stays known until its exact token counts came or a grace has passed.
 *
 * <p><b>Thread:</b> one event loop owns a dispatcher and all its streams.
 */
public final class Dispatcher {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

    private final Map<RequestId, RunningStream> streams = new HashMap<>();
    private final List<RunningStream> touched = new ArrayList<>();
    private final NodeId apiNode;
    private final int apiInstance;
    private final DispatchConfig config;
    private final EngineRegistry engines;
    private final EnginePort port;
    private final LongSupplier nanoClock;
    private final DispatchMeters meters;

    Dispatcher(
            NodeId apiNode,
            int apiInstance,
            DispatchConfig config,
            EngineRegistry engines,
            EnginePort port,
            LongSupplier nanoClock,
            DispatchMeters meters) {
        this.apiNode = apiNode;
        this.apiInstance = apiInstance;
        this.config = config;
        this.engines = engines;
        this.port = port;
        this.nanoClock = nanoClock;
        this.meters = meters;
    }

    /** Starts a generation; the listener may be told of its end before this returns. */
    public StreamHandle dispatch(Generation generation, StreamListener listener) {
        RunningStream stream = new RunningStream(generation, listener, nanoClock.getAsLong());
        streams.put(generation.request(), stream);
        meters.active(1);
        askNext(stream);
        return () -> leave(stream);
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
                meters.dropped();
                continue;
            }
            guarded(stream, () -> frame(stream, frame));
        }
        for (RunningStream stream : touched) {
            stream.touched = false;
            if (streams.containsKey(stream.generation.request()) && !stream.leaving) {
                guarded(stream, stream.listener::flush);
            }
        }
        touched.clear();
    }

    /** Ends streams whose engine fell silent, and cancelled ones whose grace has passed; called several times a second. */
    void watch() {
        long now = nanoClock.getAsLong();
        for (RunningStream stream : List.copyOf(streams.values())) {
            if (!stream.admitted) {
                continue;
            }
            if (stream.leaving) {
                if (now - stream.leavingDeadlineNanos >= 0) {
                    end(stream, new Result.Cancelled());
                }
            } else if (isSilent(stream, now)) {
                lost(stream, "silent");
            }
        }
    }

    /** Cancels everything, for a verticle that stops. */
    void close() {
        for (RunningStream stream : List.copyOf(streams.values())) {
            sendCancel(stream);
            end(stream, new Result.Cancelled());
        }
    }

    private boolean isSilent(RunningStream stream, long now) {
        long silentNanos = now - stream.heardNanos;
        return silentNanos > config.silenceTimeout().toNanos()
                || (silentNanos > Leases.DURATION.toNanos() && !engines.isAlive(Objects.requireNonNull(stream.node)));
    }

    private void askNext(RunningStream stream) {
        Generation generation = stream.generation;
        Candidate candidate = stream.tried.size() < config.tries()
                ? engines.next(generation.model(), generation.affinity(), stream.tried)
                : null;
        if (candidate == null) {
            end(stream, new Result.Failed(refusal(stream)));
            return;
        }
        NodeId node = candidate.node();
        stream.attempt++;
        stream.node = node;
        stream.fingerprint = candidate.fingerprint();
        stream.tried.add(node);
        engines.charge(node);
        GenerateCommand command = generation.command(stream.attempt, apiNode, apiInstance, remainingMillis(stream));
        port.admit(node, command, config.admissionTimeout())
                .onSuccess(admission -> answered(stream, node, command.attempt(), admission))
                .onFailure(failure -> unanswered(stream, node, command.attempt(), failure));
    }

    /** What is left of the time that the client or the server gives the answer; 0 for ever. */
    private int remainingMillis(RunningStream stream) {
        long configured = config.deadline().toMillis();
        long asked = stream.generation.deadlineMillis();
        long whole = configured == 0 || asked == 0 ? Math.max(configured, asked) : Math.min(configured, asked);
        long passed = TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - stream.startedNanos);
        return whole == 0 ? 0 : (int) Math.max(1, whole - passed);
    }

    private ApiError refusal(RunningStream stream) {
        Duration retryAfter =
                stream.retryAfterMillis > 0 ? Duration.ofMillis(stream.retryAfterMillis) : config.retryAfter();
        if (stream.overloaded) {
            return new ApiError.Overloaded("All engines are busy; try again later.", retryAfter);
        }
        return new ApiError.Overloaded(
                "No engine serves the model '" + stream.generation.model() + "' at the moment.", retryAfter);
    }

    private void answered(RunningStream stream, NodeId node, int attempt, Admission admission) {
        boolean current = isCurrent(stream, attempt);
        switch (admission) {
            case Accepted accepted -> {
                if (!current) {
                    port.cancel(node, new CancelStream(stream.generation.request(), attempt));
                    return;
                }
                stream.promptTokens = accepted.promptTokens();
                admit(stream);
            }
            case Rejected rejected -> {
                if (current && !stream.admitted) {
                    rejected(stream, rejected);
                }
            }
        }
    }

    private void admit(RunningStream stream) {
        if (stream.admitted) {
            return;
        }
        stream.admitted = true;
        stream.heardNanos = nanoClock.getAsLong();
        if (stream.leaving) {
            // The first cancel may have overtaken the admission.
            sendCancel(stream);
            stream.leavingDeadlineNanos =
                    stream.heardNanos + config.cancelGrace().toNanos();
        } else {
            stream.listener.admitted(stream.fingerprint);
        }
    }

    private void rejected(RunningStream stream, Rejected rejected) {
        if (stream.leaving) {
            end(stream, new Result.Cancelled());
            return;
        }
        switch (rejected.reason()) {
            case CONTEXT_LENGTH_EXCEEDED -> fail(stream, rejected, "context_length_exceeded");
            case INVALID_REQUEST -> fail(stream, rejected, "invalid_value");
            case OVERLOADED, DRAINING -> {
                stream.overloaded = true;
                int millis = rejected.retryAfterMillis();
                if (millis > 0 && (stream.retryAfterMillis == 0 || millis < stream.retryAfterMillis)) {
                    stream.retryAfterMillis = millis;
                }
                askNext(stream);
            }
            case MODEL_NOT_FOUND -> askNext(stream);
        }
    }

    private void fail(RunningStream stream, Rejected rejected, String code) {
        end(stream, new Result.Failed(new ApiError.InvalidRequest(rejected.message(), rejected.param(), code)));
    }

    private void unanswered(RunningStream stream, NodeId node, int attempt, Throwable failure) {
        if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            engines.forget(node);
        } else {
            // It may have been accepted and only the reply lost.
            port.cancel(node, new CancelStream(stream.generation.request(), attempt));
        }
        if (!isCurrent(stream, attempt) || stream.admitted) {
            return;
        }
        LOG.warn(
                "engine {} did not answer the admission of {} ({}); the next one is asked",
                node,
                stream.generation.request(),
                failure instanceof ReplyException reply
                        ? reply.failureType()
                        : failure.getClass().getSimpleName());
        if (stream.leaving) {
            end(stream, new Result.Cancelled());
        } else {
            askNext(stream);
        }
    }

    private boolean isCurrent(RunningStream stream, int attempt) {
        return streams.get(stream.generation.request()) == stream && stream.attempt == attempt;
    }

    private void frame(RunningStream stream, StreamFrame frame) {
        // A frame proves the admission, whichever of frame and reply arrives first.
        admit(stream);
        stream.heardNanos = nanoClock.getAsLong();
        switch (frame) {
            case StreamProgress progress -> {
                // It only says that the engine is alive.
            }
            case StreamPrompt prompt -> {
                if (inSequence(stream, prompt.sequence()) && !stream.leaving) {
                    stream.listener.prompt(prompt.scores());
                }
            }
            case StreamDelta delta -> {
                if (inSequence(stream, delta.sequence())) {
                    delta(stream, delta);
                }
            }
            case StreamEnd end -> {
                if (inSequence(stream, end.sequence())) {
                    end(stream, result(stream, end), end.usage(), end.timings());
                }
            }
        }
    }

    private boolean inSequence(RunningStream stream, int sequence) {
        if (sequence == stream.nextSequence) {
            stream.nextSequence++;
            return true;
        }
        if (stream.leaving) {
            return true;
        }
        lost(stream, "frame " + sequence + " came instead of " + stream.nextSequence);
        return false;
    }

    private void delta(RunningStream stream, StreamDelta delta) {
        RunningChoice choice = stream.choice(delta.choice());
        if (choice == null) {
            lost(stream, "a frame of choice " + delta.choice() + " came, which nobody asked for");
            return;
        }
        choice.append(delta.tokens());
        if (stream.firstTokenNanos == 0 && delta.tokens().size() > 0) {
            stream.firstTokenNanos = stream.heardNanos;
        }
        FinishReason finish = delta.finish();
        if (finish != null) {
            choice.finished(finish);
        }
        if (!stream.leaving) {
            stream.listener.delta(delta);
            touch(stream);
        }
    }

    private Result result(RunningStream stream, StreamEnd end) {
        if (stream.leaving) {
            return new Result.Cancelled();
        }
        FinishReason finish = stream.finish();
        return switch (end.outcome()) {
            case COMPLETED ->
                finish == null ? new Result.Failed(new ApiError.EngineLost()) : new Result.Completed(finish);
            case CANCELLED, HANDED_OVER -> new Result.Failed(new ApiError.EngineLost());
            case EXPIRED -> new Result.Failed(new ApiError.DeadlineExceeded());
            case FAILED ->
                new Result.Failed(new ApiError.EngineFailed(
                        Objects.requireNonNullElse(end.error(), "The engine could not go on.")));
        };
    }

    private void touch(RunningStream stream) {
        if (!stream.touched) {
            stream.touched = true;
            touched.add(stream);
        }
    }

    private void leave(RunningStream stream) {
        if (stream.leaving || streams.get(stream.generation.request()) != stream) {
            return;
        }
        stream.leaving = true;
        stream.leavingDeadlineNanos =
                nanoClock.getAsLong() + config.cancelGrace().toNanos();
        sendCancel(stream);
    }

    private void lost(RunningStream stream, String why) {
        LOG.warn("engine {} is lost to {}: {}; the client is told", stream.node, stream.generation.request(), why);
        meters.lost();
        sendCancel(stream);
        end(stream, new Result.Failed(new ApiError.EngineLost()));
    }

    private void sendCancel(RunningStream stream) {
        NodeId node = stream.node;
        if (node != null) {
            port.cancel(node, new CancelStream(stream.generation.request(), stream.attempt));
        }
    }

    private void end(RunningStream stream, Result result) {
        end(stream, result, stream.usageSoFar(), stream.timingsAt(nanoClock.getAsLong()));
    }

    private void end(RunningStream stream, Result result, Usage usage, Timings timings) {
        if (streams.remove(stream.generation.request(), stream)) {
            meters.active(-1);
            stream.listener.ended(new StreamSummary(result, stream.admitted ? 1 : 0, usage, timings));
        }
    }

    private void guarded(RunningStream stream, Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            // One stream's fault must not cost the other streams of the batch their frames.
            LOG.error("stream {} could not be told of a frame; it is cancelled", stream.generation.request(), e);
            leave(stream);
        }
    }
}
