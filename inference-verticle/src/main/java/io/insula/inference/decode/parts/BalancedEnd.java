package io.insula.inference.decode.parts;

/**
 * Finds the end of a JSON object or array: where its brackets are balanced outside of strings.
 *
 * <p>What is between is not looked at: the text is the model's.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class BalancedEnd {

    private int depth;
    private boolean quoted;
    private boolean escaped;

    void begin() {
        depth = 0;
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
            case '{', '[' -> depth++;
            case '}', ']' -> depth--;
            default -> {
                return false;
            }
        }
        return depth == 0;
    }
}
