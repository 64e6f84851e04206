package io.insula.api.dispatch;

import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import java.util.List;

/** Hears what becomes of one generation; {@link #ended} is called exactly once and last. */
public interface StreamListener {

    /**
     * An engine took the generation; told again when another begins anew, before anything else was told.
     *
     * @param fingerprint the engine's numerics fingerprint
     */
    void admitted(String fingerprint);

    /**
     * An engine of another numerics fingerprint goes on with the answer: what comes is no longer bit for bit what the one
     * before would have said. An engine that continues exactly is not told of.
     *
     * @param fingerprint that engine's
     */
    void approximated(String fingerprint);

    /** Log-probabilities of the next tokens of the prompt, from the second one on; only when they were asked for. */
    void prompt(List<TokenScores> scores);

    /** New output of one choice. */
    void delta(StreamDelta delta);

    /** Everything that one engine step had for this stream has been told. */
    void flush();

    /** The generation is over. */
    void ended(StreamSummary summary);
}
