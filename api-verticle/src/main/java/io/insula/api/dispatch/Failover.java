package io.insula.api.dispatch;

import io.insula.api.dispatch.FailoverPolicy.Decision;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what becomes of streams that lose their engine, find none or are over.
 *
 * <p><b>Thread:</b> one event loop.
 */
final class Failover implements StreamFate {

    private static final Logger LOG = LoggerFactory.getLogger(Failover.class);

    private final DispatchConfig config;
    private final FailoverPolicy policy;
    private final EngineRegistry engines;
    private final EnginePort port;
    private final StreamTable streams;
    private final DispatchMeters meters;
    private final Consumer<RunningStream> ask;
    private final LongSupplier nanoClock;

    /**
     * @param ask asks engines to take a stream
     */
    Failover(
            DispatchConfig config,
            EngineRegistry engines,
            EnginePort port,
            StreamTable streams,
            DispatchMeters meters,
            Consumer<RunningStream> ask,
            LongSupplier nanoClock) {
        this.config = config;
        this.policy = new FailoverPolicy(config.failover());
        this.engines = engines;
        this.port = port;
        this.streams = streams;
        this.meters = meters;
        this.ask = ask;
        this.nanoClock = nanoClock;
    }

    @Override
    public void lost(RunningStream stream, Loss loss, String why) {
        NodeId node = stream.node;
        long now = nanoClock.getAsLong();
        LOG.info("engine {} is lost to {}: {}", node, stream.id(), why);
        if (loss != Loss.HANDED_OVER) {
            meters.lost();
        }
        if (loss == Loss.FAILED) {
            cancel(stream);
        }
        if (loss != Loss.HANDED_OVER && node != null) {
            engines.failed(node);
        }
        streams.waits(stream);
        if (stream.leaving) {
            over(stream, new Result.Cancelled());
            return;
        }
        stream.tried.clear();
        if (node != null) {
            stream.tried.add(node);
        }
        Decision decision = policy.afterLoss(stream, loss, now);
        if (decision instanceof Decision.Resume resume) {
            stream.pausedUntilNanos = resume.askAtNanos();
        }
        act(stream, decision, now);
    }

    private void act(RunningStream stream, Decision decision, long now) {
        switch (decision) {
            case Decision.GiveUp(ApiError error) -> over(stream, new Result.Failed(error));
            case Decision.Resume(long askAtNanos, long waitUntilNanos) -> {
                stream.askAtNanos = askAtNanos;
                stream.waitUntilNanos = waitUntilNanos;
                if (now - askAtNanos >= 0) {
                    ask.accept(stream);
                }
            }
        }
    }

    @Override
    public void nobodyTakes(RunningStream stream) {
        if (!stream.admitted()) {
            over(stream, new Result.Failed(refusal(stream)));
            return;
        }
        long now = nanoClock.getAsLong();
        streams.waits(stream);
        act(stream, policy.afterRound(stream, now), now);
    }

    private ApiError refusal(RunningStream stream) {
        Duration retryAfter =
                stream.retryAfterMillis > 0 ? Duration.ofMillis(stream.retryAfterMillis) : config.retryAfter();
        return new ApiError.Overloaded(
                stream.overloaded
                        ? "All engines are busy; try again later."
                        : "No engine serves the model '" + stream.generation.model() + "' at the moment.",
                retryAfter);
    }

    @Override
    public void over(RunningStream stream, Result result) {
        streams.end(stream, result, stream.answer.usageSoFar(), stream.answer.timingsAt(nanoClock.getAsLong(), 0));
    }

    @Override
    public void over(RunningStream stream, Result result, StreamEnd end) {
        boolean alone = stream.admissions == 1;
        Timings timings = alone
                ? end.timings()
                : stream.answer.timingsAt(nanoClock.getAsLong(), end.timings().queuedMicros());
        streams.end(stream, result, stream.answer.usage(end, alone), timings);
    }

    /** Tells the stream's engine, if it has one, that nobody wants it any longer. */
    void cancel(RunningStream stream) {
        NodeId node = stream.node;
        if (node != null) {
            port.cancel(node, stream.cancel());
        }
    }
}
