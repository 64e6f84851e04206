package io.insula.inference.decode.parts;

import io.insula.inference.decode.parts.CallBlock.Step;

/**
 * Reads over a JSON value that nobody asked for.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class OtherValue {

    private enum Kind {
        UNKNOWN,
        BRACKETS,
        STRING,
        /** A number, true, false or null: ends before a comma, a bracket or white space. */
        WORD
    }

    private final BalancedEnd brackets = new BalancedEnd();
    private Kind kind = Kind.UNKNOWN;
    private boolean escaped;

    void begin() {
        kind = Kind.UNKNOWN;
        brackets.begin();
        escaped = false;
    }

    /** DONE with the value's last character, LEFT behind a word. */
    Step accept(char next) {
        return switch (kind) {
            case UNKNOWN -> first(next);
            case BRACKETS -> brackets.endsWith(next) ? Step.DONE : Step.MORE;
            case STRING -> inString(next);
            case WORD -> isWord(next) ? Step.MORE : Step.LEFT;
        };
    }

    private Step first(char next) {
        switch (next) {
            case '{', '[' -> {
                kind = Kind.BRACKETS;
                brackets.endsWith(next);
            }
            case '"' -> kind = Kind.STRING;
            default -> kind = Kind.WORD;
        }
        return kind != Kind.WORD || isWord(next) ? Step.MORE : Step.BROKEN;
    }

    private Step inString(char next) {
        boolean end = next == '"' && !escaped;
        escaped = next == '\\' && !escaped;
        return end ? Step.DONE : Step.MORE;
    }

    private static boolean isWord(char next) {
        return (next >= '0' && next <= '9') || (next >= 'a' && next <= 'z') || "+-.E".indexOf(next) >= 0;
    }
}
