package io.insula.api.dispatch;

/** Hears what becomes of one generation; {@link #ended} is called exactly once and last. */
public interface StreamListener {

    /**
     * An engine took the generation.
     *
     * @param fingerprint the engine's numerics fingerprint
     */
    void admitted(String fingerprint);

    /** New text of the answer; may be empty. */
    void delta(String text);

    /** Everything that one engine step had for this stream has been told. */
    void flush();

    /** The generation is over. */
    void ended(StreamSummary summary);
}
