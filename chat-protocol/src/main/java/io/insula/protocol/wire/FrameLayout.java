package io.insula.protocol.wire;

import io.insula.protocol.FrameBatch;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.TokenScores;
import java.util.List;

/** The bytes of what an engine step produced. */
final class FrameLayout {

    private static final int DELTA = 0;
    private static final int PROGRESS = 1;
    private static final int END = 2;
    private static final int PROMPT = 3;

    /** The version that brought the cached tokens of a progress frame. */
    private static final int WITH_CACHED = 3;

    /** Kind, request, attempt and the one field that a progress frame has in every version. */
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
                EndLayout.writeFinish(out, delta.finish());
                out.list(delta.scores(), ScoresLayout::write);
            }
            case StreamPrompt prompt -> {
                out.count(prompt.sequence());
                out.count(prompt.from());
                out.list(prompt.scores(), ScoresLayout::write);
            }
            case StreamProgress progress -> {
                out.count(progress.prefilledTokens());
                if (out.version() >= WITH_CACHED) {
                    out.count(progress.cachedTokens());
                }
            }
            case StreamEnd end -> {
                out.count(end.sequence());
                EndLayout.writeOutcome(out, end.outcome());
                out.optionalText(end.error());
                EndLayout.writeUsage(out, end.usage());
                EndLayout.writeTimings(out, end.timings());
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
                        EndLayout.readFinish(in),
                        scores(in));
            case PROMPT -> new StreamPrompt(request, attempt, in.count(), in.count(), scores(in));
            case PROGRESS ->
                new StreamProgress(request, attempt, in.count(), in.version() >= WITH_CACHED ? in.count() : 0);
            case END ->
                new StreamEnd(
                        request,
                        attempt,
                        in.count(),
                        EndLayout.readOutcome(in),
                        in.optionalText(),
                        EndLayout.readUsage(in),
                        EndLayout.readTimings(in));
            default -> throw in.malformed("frame kind: " + kind + " (expected: 0..3)");
        };
    }

    private static List<TokenScores> scores(WireReader in) {
        return in.list(ScoresLayout.LEAST_SCORES_BYTES, ScoresLayout::read);
    }
}
