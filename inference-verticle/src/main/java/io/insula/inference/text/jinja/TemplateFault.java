package io.insula.inference.text.jinja;

/** An operation on values that failed; the expression around it adds where. */
final class TemplateFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    TemplateFault(String message) {
        super(message, null, false, false);
    }

    String what() {
        return String.valueOf(getMessage());
    }
}
