package io.insula.api.dispatch;

import io.insula.api.dispatch.FailoverConfig.Unequal;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the engine that a stream asks next.
 *
 * <p>An answer of which something was told goes to an engine that continues it exactly, as long as one lives; to another only
 * where that is allowed, and no sooner than half of the wait for an equal one has passed.
 */
final class EngineChoice {

    private final EngineRegistry engines;
    private final FailoverConfig config;

    EngineChoice(EngineRegistry engines, FailoverConfig config) {
        this.engines = engines;
        this.config = config;
    }

    /** Null when nobody who is left may be asked. */
    @Nullable
    Candidate next(RunningStream stream, long now) {
        return next(stream, now, candidate -> !stream.tried.contains(candidate.node()));
    }

    /** Whether anybody but the stream's own engine could go on with it. */
    boolean hasOther(RunningStream stream, long now) {
        return next(stream, now, candidate -> !candidate.node().equals(stream.node)) != null;
    }

    private @Nullable Candidate next(RunningStream stream, long now, Predicate<Candidate> asked) {
        Predicate<Candidate> able = candidate -> !stream.unable.contains(candidate.node());
        if (!stream.answer.isTold()) {
            return first(stream, able.and(asked));
        }
        Predicate<Candidate> exact = able.and(stream.answer::isContinuedBy);
        Candidate equal = first(stream, exact.and(asked));
        if (equal != null || config.unequal() == Unequal.ERROR) {
            return equal;
        }
        boolean waitsForEqual = first(stream, exact) != null
                && now - (stream.waitUntilNanos - config.resumeWait().toNanos() / 2) < 0;
        return waitsForEqual
                ? null
                : first(stream, able.and(stream.answer::isApproximatedBy).and(asked));
    }

    /** Streams that were on several engines that failed go apart, so that the one which is to blame meets few others. */
    private @Nullable Candidate first(RunningStream stream, Predicate<Candidate> eligible) {
        long affinity = stream.generation.affinity();
        long key = stream.failures > 1
                ? Rendezvous.mix(affinity ^ stream.id().value().getLeastSignificantBits())
                : affinity;
        return engines.next(stream.generation.model(), key, eligible);
    }
}
