package io.insula.inference.text.jinja;

/** A template that cannot be parsed or rendered; the message says in which line and column, and what is wrong. */
public final class TemplateException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean refusal;

    TemplateException(String message, boolean refusal) {
        super(message, null, false, false);
        this.refusal = refusal;
    }

    /** Whether the template itself refused its input by {@code raise_exception}; the message is then the template's own. */
    public boolean refusal() {
        return refusal;
    }
}
