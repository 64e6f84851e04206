package io.insula.inference.text;

/** A conversation that the model's chat template cannot render; the message is meant for the client. */
public final class PromptException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public PromptException(String message) {
        super(message, null, false, false);
    }
}
