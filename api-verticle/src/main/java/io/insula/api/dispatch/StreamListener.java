package io.insula.api.dispatch;

import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import java.util.List;

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

    /** New output of one choice. */
    void delta(StreamDelta delta);

    /** Everything that one engine step had for this stream has been told. */
    void flush();

    /** The generation is over. */
    void ended(StreamSummary summary);
}
