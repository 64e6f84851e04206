package io.insula.inference.text.jinja;

/**
 * How much work one template may cause.
 *
 * @param steps evaluated nodes, loop rounds and, per 8, characters or elements that are copied
 * @param nesting levels of nested expressions and blocks in the source
 * @param calls levels of macros calling macros
 * @param outputChars characters of the rendered text
 */
public record TemplateLimits(int steps, int nesting, int calls, int outputChars) {

    /** Enough for any published chat template over a conversation of some megabytes; ends hostile ones within seconds. */
    public static final TemplateLimits DEFAULT = new TemplateLimits(3_000_000, 64, 16, 16 << 20);

    public TemplateLimits {
        if (steps < 1 || nesting < 1 || calls < 1 || outputChars < 1) {
            throw new IllegalArgumentException("template limits: " + steps + ", " + nesting + ", " + calls + ", "
                    + outputChars + " (expected: >= 1 each)");
        }
    }
}
