package io.insula.inference.decode.parts;

/** Takes the calls that a {@link CallBlock} finds. */
interface CallSink {

    /** Whether a tool of that name may be called. */
    boolean known(String name);

    /** What the block took so far is a call, not text. */
    void begins(String name);

    void argument(char next);

    /**
     * The arguments end.
     *
     * @param whole whether their brackets match
     */
    void ends(boolean whole);

    /** What the block took so far stands around a call and is no text. */
    void closed();
}
