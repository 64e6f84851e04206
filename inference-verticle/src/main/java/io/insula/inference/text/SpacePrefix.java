package io.insula.inference.text;

/** Where a tokenizer puts a space before text that has none, so that a first word is encoded like any other. */
public enum SpacePrefix {
    /** Nowhere. */
    NONE,
    /** Before the start of the prompt, unless a space or a special token is there. */
    FIRST,
    /** Before the start of the prompt and after every special token, unless a space is there. */
    EVERY,
    /** Before the start of the prompt and after every special token, whatever is there. */
    ALWAYS;

    /**
     * A piece of ordinary text with its prefix.
     *
     * @param first whether the piece begins the prompt; otherwise a special token is before it
     */
    String before(String text, boolean first) {
        boolean wanted = switch (this) {
            case NONE -> false;
            case FIRST -> first && !text.startsWith(" ");
            case EVERY -> !text.startsWith(" ");
            case ALWAYS -> true;
        };
        return wanted && !text.isEmpty() ? " " + text : text;
    }
}
