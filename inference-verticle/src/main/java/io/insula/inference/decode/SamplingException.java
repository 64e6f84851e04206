package io.insula.inference.decode;

/** The model's logits are no distribution to draw from; the message names the row and the token. */
public final class SamplingException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public SamplingException(String message) {
        super(message, null, false, false);
    }
}
