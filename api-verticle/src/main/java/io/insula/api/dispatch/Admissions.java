package io.insula.api.dispatch;

import io.insula.api.dispatch.RunningStream.Phase;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.Admission;
import io.insula.protocol.Admission.Accepted;
import io.insula.protocol.Admission.Rejected;
import io.insula.protocol.CancelStream;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TokenIds;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks engines to take a stream, one after the other, until one does.
 *
 * <p><b>Thread:</b> one event loop.
 */
final class Admissions {

    private static final Logger LOG = LoggerFactory.getLogger(Admissions.class);

    private final NodeId apiNode;
    private final int apiInstance;
    private final DispatchConfig config;
    private final EngineRegistry engines;
    private final EngineChoice choice;
    private final EnginePort port;
    private final StreamTable streams;
    private final StreamFate fate;
    private final DispatchMeters meters;
    private final LongSupplier nanoClock;

    Admissions(
            NodeId apiNode,
            int apiInstance,
            DispatchConfig config,
            EngineRegistry engines,
            EngineChoice choice,
            EnginePort port,
            StreamTable streams,
            StreamFate fate,
            DispatchMeters meters,
            LongSupplier nanoClock) {
        this.apiNode = apiNode;
        this.apiInstance = apiInstance;
        this.config = config;
        this.engines = engines;
        this.choice = choice;
        this.port = port;
        this.streams = streams;
        this.fate = fate;
        this.meters = meters;
        this.nanoClock = nanoClock;
    }

    /** Asks the next engine; an answer of which something was told is resumed. */
    void ask(RunningStream stream) {
        long now = nanoClock.getAsLong();
        Candidate candidate = stream.tried.size() < config.tries() ? choice.next(stream, now) : null;
        if (candidate == null) {
            stream.node = null;
            fate.nobodyTakes(stream);
            return;
        }
        NodeId node = candidate.node();
        List<TokenIds> delivered = stream.answer.delivered();
        StopConditions stop = stream.answer.stop();
        stream.phase = Phase.ASKING;
        stream.attempt++;
        stream.node = node;
        stream.engine = candidate;
        stream.nextSequence = 0;
        stream.heardNanos = now;
        stream.tried.add(node);
        engines.charge(node);
        GenerateCommand command = stream.generation.command(
                stream.attempt, delivered, stop, apiNode, apiInstance, stream.remainingMillis(now));
        port.admit(node, command, config.admissionTimeout())
                .onSuccess(admission -> answered(stream, node, command.attempt(), admission))
                .onFailure(failure -> unanswered(stream, node, command.attempt(), failure));
    }

    /** An engine works on the stream, as its reply or a frame says, whichever comes first. */
    void admit(RunningStream stream) {
        if (stream.phase == Phase.RUNNING) {
            return;
        }
        stream.phase = Phase.RUNNING;
        stream.heardNanos = nanoClock.getAsLong();
        stream.rounds = 0;
        if (++stream.admissions > 1) {
            meters.resumed();
        }
        Candidate engine = Objects.requireNonNull(stream.engine);
        if (stream.leaving) {
            // The first cancel may have overtaken the admission.
            port.cancel(engine.node(), stream.cancel());
            stream.leavingDeadlineNanos =
                    stream.heardNanos + config.cancelGrace().toNanos();
            return;
        }
        tell(stream, engine);
    }

    private void tell(RunningStream stream, Candidate engine) {
        boolean exact = stream.answer.isContinuedBy(engine);
        boolean told = stream.answer.isTold();
        if (!exact) {
            stream.answer.producedBy(engine.fingerprint(), engine.contextTokens());
        }
        if (!told) {
            if (!exact) {
                stream.listener.admitted(engine.fingerprint());
            }
        } else if (!exact) {
            meters.approximated();
            LOG.warn("{} goes on at {}, whose numerics are others: its answer is marked", stream.id(), engine.node());
            stream.listener.approximated(engine.fingerprint());
        }
    }

    private void answered(RunningStream stream, NodeId node, int attempt, Admission admission) {
        boolean current = streams.isCurrent(stream, attempt) && node.equals(stream.node);
        switch (admission) {
            case Accepted accepted -> {
                if (!current) {
                    port.cancel(node, new CancelStream(stream.id(), attempt));
                    return;
                }
                stream.answer.admitted(accepted.promptTokens());
                admit(stream);
            }
            case Rejected rejected -> {
                if (current && stream.phase == Phase.ASKING) {
                    rejected(stream, node, rejected);
                }
            }
        }
    }

    private void rejected(RunningStream stream, NodeId node, Rejected rejected) {
        if (stream.leaving) {
            fate.over(stream, new Result.Cancelled());
            return;
        }
        switch (rejected.reason()) {
            case CONTEXT_LENGTH_EXCEEDED -> refused(stream, node, rejected, "context_length_exceeded");
            case INVALID_REQUEST -> refused(stream, node, rejected, "invalid_value");
            case OVERLOADED, DRAINING -> {
                stream.overloaded = true;
                int millis = rejected.retryAfterMillis();
                if (millis > 0 && (stream.retryAfterMillis == 0 || millis < stream.retryAfterMillis)) {
                    stream.retryAfterMillis = millis;
                }
                ask(stream);
            }
            case MODEL_NOT_FOUND -> ask(stream);
        }
    }

    /** What one engine took cannot be wrong: another that refuses it is smaller. */
    private void refused(RunningStream stream, NodeId node, Rejected rejected, String code) {
        if (stream.admitted()) {
            stream.unable.add(node);
            ask(stream);
        } else {
            fate.over(
                    stream, new Result.Failed(new ApiError.InvalidRequest(rejected.message(), rejected.param(), code)));
        }
    }

    private void unanswered(RunningStream stream, NodeId node, int attempt, Throwable failure) {
        if (failure instanceof ReplyException reply && reply.failureType() == ReplyFailure.NO_HANDLERS) {
            engines.forget(node);
        } else {
            engines.failed(node);
            // It may have been accepted and only the reply lost.
            port.cancel(node, new CancelStream(stream.id(), attempt));
        }
        if (!streams.isCurrent(stream, attempt) || stream.phase != Phase.ASKING || !node.equals(stream.node)) {
            return;
        }
        goneWhileAsked(
                stream,
                failure instanceof ReplyException reply
                        ? reply.failureType().name()
                        : failure.getClass().getSimpleName());
    }

    /** The engine that is asked will not answer. */
    void goneWhileAsked(RunningStream stream, String why) {
        LOG.warn(
                "engine {} did not answer the admission of {} ({}); the next one is asked",
                stream.node,
                stream.id(),
                why);
        if (stream.leaving) {
            fate.over(stream, new Result.Cancelled());
        } else {
            ask(stream);
        }
    }
}
