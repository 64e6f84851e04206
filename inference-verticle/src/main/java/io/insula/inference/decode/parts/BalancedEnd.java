package io.insula.inference.decode.parts;

import java.util.BitSet;

/**
 * Finds the end of a JSON object or array: where its brackets are balanced outside of strings.
 *
 * <p>What is between is not looked at: the text is the model's. A bracket that closes one of the other kind counts, but the
 * value is not whole then.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class BalancedEnd {

    /** Of the open brackets, outermost first, those that are braces. */
    private final BitSet braces = new BitSet();

    private int depth;
    private boolean whole;
    private boolean quoted;
    private boolean escaped;

    void begin() {
        depth = 0;
        whole = true;
        quoted = false;
        escaped = false;
    }

    /** Whether the value ends with this character; the first one is its opening bracket. */
    boolean endsWith(char next) {
        if (quoted) {
            if (escaped) {
                escaped = false;
            } else if (next == '\\') {
                escaped = true;
            } else if (next == '"') {
                quoted = false;
            }
            return false;
        }
        switch (next) {
            case '"' -> quoted = true;
            case '{', '[' -> braces.set(depth++, next == '{');
            case '}', ']' -> close(next == '}');
            default -> {
                return false;
            }
        }
        return depth == 0;
    }

    private void close(boolean brace) {
        depth--;
        whole &= braces.get(depth) == brace;
    }

    /** Whether every bracket so far closed one of its kind. */
    boolean whole() {
        return whole;
    }
}
