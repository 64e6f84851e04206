package io.insula.inference.admission;

/** What an answer has to match cannot be compiled; the message is meant for the client, and carries no stack trace. */
public final class GrammarRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String param;

    /**
     * @param param the request's field that is to blame
     */
    public GrammarRefusedException(String param, String message) {
        super(message, null, false, false);
        this.param = param;
    }

    /** The request's field that is to blame. */
    public String param() {
        return param;
    }
}
