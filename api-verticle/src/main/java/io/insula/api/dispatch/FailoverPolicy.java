package io.insula.api.dispatch;

import io.insula.api.dispatch.StreamFate.Loss;
import io.insula.api.error.ApiError;
import java.time.Duration;

/**
 * Decides what becomes of a stream that has no engine: whether it is resumed, when, and when it is given up.
 *
 * <p>A request may be what its engines fail of. So an answer that got hardly further on several engines in a row is given up, and
 * from the second failure on the next engine is asked after a pause, in which the streams that only happened to be beside it
 * are gone.
 */
final class FailoverPolicy {

    /** What an engine has to add to an answer before it counts as none that the answer brought down. */
    static final int PROGRESS_TOKENS = 32;

    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long ROUND_NANOS = Duration.ofMillis(250).toNanos();
    private static final int MOST_DOUBLINGS = 3;

    /** What is done. */
    sealed interface Decision {

        /** Engines are asked from then on, and nobody is waited for longer than that. */
        record Resume(long askAtNanos, long waitUntilNanos) implements Decision {}

        /** The answer ends. */
        record GiveUp(ApiError error) implements Decision {}
    }

    private final FailoverConfig config;

    FailoverPolicy(FailoverConfig config) {
        this.config = config;
    }

    /** A stream's engine is lost. */
    Decision afterLoss(RunningStream stream, Loss loss, long now) {
        if (stream.isOverdue(now)) {
            return new Decision.GiveUp(new ApiError.DeadlineExceeded());
        }
        if (loss != Loss.HANDED_OVER) {
            stream.failures = stream.tokensSinceLoss >= PROGRESS_TOKENS ? 1 : stream.failures + 1;
            stream.tokensSinceLoss = 0;
        }
        if (stream.failures >= config.engineFailures() || stream.admissions >= config.attempts()) {
            return giveUp(stream);
        }
        long pause = loss == Loss.HANDED_OVER || stream.failures < 2
                ? 0
                : jittered(FIRST_PAUSE_NANOS, stream.failures - 2, stream);
        return new Decision.Resume(
                now + pause, now + pause + config.resumeWait().toNanos());
    }

    /** Nobody takes a stream that had an engine. */
    Decision afterRound(RunningStream stream, long now) {
        if (stream.isOverdue(now)) {
            return new Decision.GiveUp(new ApiError.DeadlineExceeded());
        }
        if (now - stream.waitUntilNanos >= 0) {
            return giveUp(stream);
        }
        long pause = jittered(ROUND_NANOS, stream.rounds++, stream);
        return new Decision.Resume(now + Math.min(pause, stream.waitUntilNanos - now), stream.waitUntilNanos);
    }

    private static Decision giveUp(RunningStream stream) {
        return new Decision.GiveUp(
                stream.fault == null ? new ApiError.EngineLost() : new ApiError.EngineFailed(stream.fault));
    }

    private static long jittered(long nanos, int doublings, RunningStream stream) {
        long longest = nanos << Math.min(doublings, MOST_DOUBLINGS);
        return longest / 2
                + Rendezvous.fraction(stream.id().value().getLeastSignificantBits() + stream.attempt, longest / 2);
    }
}
