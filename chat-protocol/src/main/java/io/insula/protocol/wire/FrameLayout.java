package io.insula.protocol.wire;

import io.insula.protocol.FrameBatch;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenScores;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of what an engine step produced. */
final class FrameLayout {

    private static final int DELTA = 0;
    private static final int PROGRESS = 1;
    private static final int END = 2;
    private static final int PROMPT = 3;

    /** Kind, request, attempt and the one field of a progress frame. */
    private static final int LEAST_FRAME_BYTES = 19;

    private FrameLayout() {}

    static void write(WireWriter out, FrameBatch batch) {
        out.text(batch.node().value());
        out.list(batch.frames(), FrameLayout::writeFrame);
    }

    static FrameBatch read(WireReader in) {
        return new FrameBatch(new NodeId(in.text()), in.list(LEAST_FRAME_BYTES, FrameLayout::readFrame));
    }

    private static void writeFrame(WireWriter out, StreamFrame frame) {
        out.octet(
                switch (frame) {
                    case StreamDelta _ -> DELTA;
                    case StreamProgress _ -> PROGRESS;
                    case StreamEnd _ -> END;
                    case StreamPrompt _ -> PROMPT;
                });
        out.uuid(frame.request().value());
        out.count(frame.attempt());
        switch (frame) {
            case StreamDelta delta -> {
                out.count(delta.sequence());
                out.count(delta.choice());
                out.tokens(delta.tokens());
                out.text(delta.text());
                out.text(delta.reasoning());
                out.list(delta.toolCalls(), ConversationLayout::writeDelta);
                out.octet(finishCode(delta.finish()));
                out.list(delta.scores(), ScoresLayout::write);
            }
            case StreamPrompt prompt -> {
                out.count(prompt.sequence());
                out.count(prompt.from());
                out.list(prompt.scores(), ScoresLayout::write);
            }
            case StreamProgress progress -> out.count(progress.prefilledTokens());
            case StreamEnd end -> {
                out.count(end.sequence());
                out.octet(outcomeCode(end.outcome()));
                out.optionalText(end.error());
                out.count(end.usage().promptTokens());
                out.count(end.usage().completionTokens());
                out.count(end.usage().cachedTokens());
                out.count(end.usage().reasoningTokens());
                out.count(end.timings().queuedMicros());
                out.count(end.timings().firstTokenMicros());
                out.count(end.timings().totalMicros());
            }
        }
    }

    private static StreamFrame readFrame(WireReader in) {
        int kind = in.octet();
        RequestId request = new RequestId(in.uuid());
        int attempt = in.count();
        return switch (kind) {
            case DELTA ->
                new StreamDelta(
                        request,
                        attempt,
                        in.count(),
                        in.count(),
                        in.tokens(),
                        in.text(),
                        in.text(),
                        in.list(ConversationLayout.LEAST_DELTA_BYTES, ConversationLayout::readDelta),
                        finish(in),
                        scores(in));
            case PROMPT -> new StreamPrompt(request, attempt, in.count(), in.count(), scores(in));
            case PROGRESS -> new StreamProgress(request, attempt, in.count());
            case END ->
                new StreamEnd(
                        request,
                        attempt,
                        in.count(),
                        outcome(in),
                        in.optionalText(),
                        new Usage(in.count(), in.count(), in.count(), in.count()),
                        new Timings(in.longCount(), in.longCount(), in.longCount()));
            default -> throw in.malformed("frame kind: " + kind + " (expected: 0..3)");
        };
    }

    private static List<TokenScores> scores(WireReader in) {
        return in.list(ScoresLayout.LEAST_SCORES_BYTES, ScoresLayout::read);
    }

    private static int finishCode(@Nullable FinishReason reason) {
        return switch (reason) {
            case null -> 0;
            case STOP -> 1;
            case LENGTH -> 2;
            case TOOL_CALLS -> 3;
        };
    }

    private static @Nullable FinishReason finish(WireReader in) {
        int code = in.octet();
        return switch (code) {
            case 0 -> null;
            case 1 -> FinishReason.STOP;
            case 2 -> FinishReason.LENGTH;
            case 3 -> FinishReason.TOOL_CALLS;
            default -> throw in.malformed("finish reason: " + code + " (expected: 0..3)");
        };
    }

    private static int outcomeCode(Outcome outcome) {
        return switch (outcome) {
            case COMPLETED -> 0;
            case CANCELLED -> 1;
            case FAILED -> 2;
            case EXPIRED -> 3;
        };
    }

    private static Outcome outcome(WireReader in) {
        int code = in.octet();
        return switch (code) {
            case 0 -> Outcome.COMPLETED;
            case 1 -> Outcome.CANCELLED;
            case 2 -> Outcome.FAILED;
            case 3 -> Outcome.EXPIRED;
            default -> throw in.malformed("outcome: " + code + " (expected: 0..3)");
        };
    }
}
