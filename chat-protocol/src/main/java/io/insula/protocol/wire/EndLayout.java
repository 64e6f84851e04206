package io.insula.protocol.wire;

import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import org.jspecify.annotations.Nullable;

/** The bytes of how something ended and what it used. */
final class EndLayout {

    /** The version that brought {@link Outcome#HANDED_OVER} and {@link Outcome#REFUSED}. */
    private static final int WITH_HAND_OVER = 3;

    private EndLayout() {}

    static void writeFinish(WireWriter out, @Nullable FinishReason reason) {
        out.octet(
                switch (reason) {
                    case null -> 0;
                    case STOP -> 1;
                    case LENGTH -> 2;
                    case TOOL_CALLS -> 3;
                });
    }

    static @Nullable FinishReason readFinish(WireReader in) {
        int code = in.octet();
        return switch (code) {
            case 0 -> null;
            case 1 -> FinishReason.STOP;
            case 2 -> FinishReason.LENGTH;
            case 3 -> FinishReason.TOOL_CALLS;
            default -> throw in.malformed("finish reason: " + code + " (expected: 0..3)");
        };
    }

    static void writeOutcome(WireWriter out, Outcome outcome) {
        out.octet(
                switch (outcome) {
                    case COMPLETED -> 0;
                    case CANCELLED -> 1;
                    case FAILED -> 2;
                    case EXPIRED -> 3;
                    case HANDED_OVER -> out.version() >= WITH_HAND_OVER ? 4 : 1;
                    case REFUSED -> out.version() >= WITH_HAND_OVER ? 5 : 2;
                });
    }

    static Outcome readOutcome(WireReader in) {
        int most = in.version() >= WITH_HAND_OVER ? 5 : 3;
        int code = in.octet();
        if (code > most) {
            throw in.malformed("outcome: " + code + " (expected: 0.." + most + ")");
        }
        return switch (code) {
            case 0 -> Outcome.COMPLETED;
            case 1 -> Outcome.CANCELLED;
            case 2 -> Outcome.FAILED;
            case 3 -> Outcome.EXPIRED;
            case 4 -> Outcome.HANDED_OVER;
            default -> Outcome.REFUSED;
        };
    }

    static void writeUsage(WireWriter out, Usage usage) {
        out.count(usage.promptTokens());
        out.count(usage.completionTokens());
        out.count(usage.cachedTokens());
        out.count(usage.reasoningTokens());
    }

    static Usage readUsage(WireReader in) {
        return new Usage(in.count(), in.count(), in.count(), in.count());
    }

    static void writeTimings(WireWriter out, Timings timings) {
        out.count(timings.queuedMicros());
        out.count(timings.firstTokenMicros());
        out.count(timings.totalMicros());
    }

    static Timings readTimings(WireReader in) {
        return new Timings(in.longCount(), in.longCount(), in.longCount());
    }
}
