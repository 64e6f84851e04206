package io.insula.inference.grammar;

import io.insula.inference.grammar.schema.SchemaLimits;

/**
 * What grammars may cost, a model.
 *
 * @param schema limits of one schema
 * @param maxTextBytes longest schemas, patterns and lists of choices of one grammar together, 1..67108864
 * @param compiledBytes memory of compiled grammars that are kept, 0..2^40
 * @param maskBytes memory of masks that are kept, 0..2^40
 * @param maxIndent blanks and tabs after a line feed between the parts of a JSON answer, 0..1000
 */
public record GrammarConfig(SchemaLimits schema, int maxTextBytes, long compiledBytes, long maskBytes, int maxIndent) {

    private static final long MOST_BYTES = 1L << 40;
    private static final int MOST_TEXT = 1 << 26;
    private static final int MOST_INDENT = 1000;

    public GrammarConfig {
        check("maxTextBytes", maxTextBytes, 1, MOST_TEXT);
        check("compiledBytes", compiledBytes, 0, MOST_BYTES);
        check("maskBytes", maskBytes, 0, MOST_BYTES);
        check("maxIndent", maxIndent, 0, MOST_INDENT);
    }

    private static void check(String name, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + ".." + most + ")");
        }
    }

    public static GrammarConfig defaults() {
        return new GrammarConfig(SchemaLimits.defaults(), 1 << 20, 64L << 20, 32L << 20, 32);
    }
}
