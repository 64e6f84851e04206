package io.insula.api.dispatch;

import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenScores;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Hears what becomes of one generation; {@link #ended} is called exactly once and last. */
public interface StreamListener {

    /**
     * An engine took the generation.
     *
     * @param fingerprint the engine's numerics fingerprint
     */
    void admitted(String fingerprint);

    /** Log-probabilities of the next tokens of the prompt, from the second one on; only when they were asked for. */
    void prompt(List<TokenScores> scores);

    /**
     * New output of one choice.
     *
     * @param text may be empty
     * @param scores log-probabilities of its tokens; empty unless they were asked for
     * @param finish why the choice ended; null while it runs
     */
    void delta(int choice, String text, List<TokenScores> scores, @Nullable FinishReason finish);

    /** Everything that one engine step had for this stream has been told. */
    void flush();

    /** The generation is over. */
    void ended(StreamSummary summary);
}
