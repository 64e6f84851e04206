package io.insula.chaos.load;

/** An answer said what no answer may say, or ended before its end. */
public final class BrokenAnswerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public BrokenAnswerException(String message) {
        super(message);
    }
}
