package io.insula.inference.decode.parts;

/**
 * Reads one short JSON string character by character.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class JsonString {

    /** What one character was. */
    enum Step {
        MORE,
        END,
        BROKEN
    }

    private static final int HEX_DIGITS = 4;
    private static final int HEX = 16;

    private final int limit;
    private final StringBuilder text = new StringBuilder();
    private boolean escaped;
    private int digits;
    private int code;

    /**
     * @param limit a longer string is broken
     */
    JsonString(int limit) {
        this.limit = limit;
    }

    /** Starts behind the opening quotation mark. */
    void begin() {
        text.setLength(0);
        escaped = false;
        digits = 0;
    }

    String text() {
        return text.toString();
    }

    Step accept(char next) {
        if (digits > 0) {
            return hex(next);
        }
        if (escaped) {
            escaped = false;
            return escape(next);
        }
        if (next == '"') {
            return Step.END;
        }
        escaped = next == '\\';
        return escaped ? Step.MORE : add(next);
    }

    private Step escape(char next) {
        return switch (next) {
            case '"', '\\', '/' -> add(next);
            case 'b' -> add('\b');
            case 'f' -> add('\f');
            case 'n' -> add('\n');
            case 'r' -> add('\r');
            case 't' -> add('\t');
            case 'u' -> {
                digits = HEX_DIGITS;
                code = 0;
                yield Step.MORE;
            }
            default -> Step.BROKEN;
        };
    }

    private Step hex(char next) {
        int digit = Character.digit(next, HEX);
        if (digit < 0 || next > 'f') {
            return Step.BROKEN;
        }
        code = code * HEX + digit;
        digits--;
        return digits == 0 ? add((char) code) : Step.MORE;
    }

    private Step add(char next) {
        text.append(next);
        return text.length() > limit ? Step.BROKEN : Step.MORE;
    }
}
