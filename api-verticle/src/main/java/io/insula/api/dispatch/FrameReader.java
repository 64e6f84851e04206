package io.insula.api.dispatch;

import io.insula.api.dispatch.StreamFate.Loss;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.api.error.ApiError;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.StreamProgress;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.TokenScores;
import java.util.List;
import java.util.Objects;

/**
 * Reads the frames of a stream's current attempt and tells its listener what is new.
 *
 * <p>An engine that took a stream over repeats what it cannot know to be told: the prompt's scores, and the end of choices
 * that had ended.
 */
final class FrameReader {

    private final StreamFate fate;

    FrameReader(StreamFate fate) {
        this.fate = fate;
    }

    /** Takes one frame; true when the listener was told something. */
    boolean read(RunningStream stream, StreamFrame frame) {
        return switch (frame) {
            case StreamProgress progress -> {
                if (progress.prefilledTokens() > 0) {
                    stream.answer.began(progress.cachedTokens());
                }
                yield false;
            }
            case StreamPrompt prompt -> inSequence(stream, prompt.sequence()) && prompt(stream, prompt);
            case StreamDelta delta -> inSequence(stream, delta.sequence()) && delta(stream, delta);
            case StreamEnd end -> {
                if (inSequence(stream, end.sequence())) {
                    end(stream, end);
                }
                yield false;
            }
        };
    }

    private boolean inSequence(RunningStream stream, int sequence) {
        if (sequence == stream.nextSequence) {
            stream.nextSequence++;
            return true;
        }
        if (stream.leaving) {
            return true;
        }
        fate.lost(stream, Loss.FAILED, "frame " + sequence + " came instead of " + stream.nextSequence);
        return false;
    }

    private static boolean prompt(RunningStream stream, StreamPrompt prompt) {
        List<TokenScores> news = stream.answer.news(prompt);
        if (stream.leaving || news.isEmpty()) {
            return false;
        }
        stream.listener.prompt(news);
        return true;
    }

    private boolean delta(RunningStream stream, StreamDelta delta) {
        RunningChoice choice = stream.answer.choice(delta.choice());
        if (choice == null) {
            fate.lost(stream, Loss.FAILED, "a frame of choice " + delta.choice() + " came, which nobody asked for");
            return false;
        }
        if (choice.finish() != null) {
            if (delta.tokens().size() > 0) {
                fate.lost(stream, Loss.FAILED, "choice " + delta.choice() + " went on behind its end");
            }
            return false;
        }
        if (delta.tokens().size() > 0) {
            stream.tokensSinceLoss += delta.tokens().size();
            stream.answer.began(0);
            stream.answer.firstToken(stream.heardNanos);
            choice.append(delta.tokens());
        }
        FinishReason finish = delta.finish();
        if (finish != null) {
            choice.finished(finish);
        }
        if (stream.leaving) {
            return false;
        }
        stream.listener.delta(delta);
        return true;
    }

    private void end(RunningStream stream, StreamEnd end) {
        if (stream.leaving) {
            fate.over(stream, new Result.Cancelled(), end);
            return;
        }
        FinishReason finish = stream.answer.finish();
        switch (end.outcome()) {
            case COMPLETED -> {
                if (finish == null) {
                    fate.lost(stream, Loss.ENDED, "it ended before every choice had");
                } else {
                    fate.over(stream, new Result.Completed(finish), end);
                }
            }
            case CANCELLED -> fate.lost(stream, Loss.ENDED, "it cancelled what nobody wanted cancelled");
            case EXPIRED -> fate.over(stream, new Result.Failed(new ApiError.DeadlineExceeded()), end);
            case HANDED_OVER -> fate.lost(stream, Loss.HANDED_OVER, "it leaves and hands over");
            case FAILED -> {
                stream.fault = error(end);
                fate.lost(stream, Loss.ENDED, error(end));
            }
            case REFUSED -> fate.over(stream, new Result.Failed(new ApiError.EngineFailed(error(end))), end);
        }
    }

    private static String error(StreamEnd end) {
        return Objects.requireNonNullElse(end.error(), "The engine could not go on.");
    }
}
