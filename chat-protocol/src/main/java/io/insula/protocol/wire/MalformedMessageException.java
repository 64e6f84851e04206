package io.insula.protocol.wire;

/** Bytes that are no message of a version this node reads; the message says what was found, where, and what is allowed. */
public final class MalformedMessageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public MalformedMessageException(String message) {
        super(message, null, false, false);
    }
}
