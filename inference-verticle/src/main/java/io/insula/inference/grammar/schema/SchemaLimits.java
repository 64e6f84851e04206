package io.insula.inference.grammar.schema;

/**
 * What one schema may cost.
 *
 * @param maxBytes length of its text in UTF-8, 1..67108864
 * @param maxDepth nesting of its text, 1..1000
 * @param maxNodes schemas and values in it, 1..10000000
 * @param maxShapes different sets of schemas that meet at a value, 1..1000000
 * @param maxAlternatives alternatives of one value after anyOf, oneOf and their like are multiplied out, 1..4096
 * @param maxStates states of one automaton, 1..10000000
 * @param maxSteps elementary steps of a compilation, 1..10000000000
 * @param integerDigits most digits before the point, 1..300
 * @param fractionDigits most digits after the point, 1..300
 */
public record SchemaLimits(
        int maxBytes,
        int maxDepth,
        int maxNodes,
        int maxShapes,
        int maxAlternatives,
        int maxStates,
        long maxSteps,
        int integerDigits,
        int fractionDigits) {

    public SchemaLimits {
        check("maxBytes", maxBytes, 1 << 26);
        check("maxDepth", maxDepth, 1000);
        check("maxNodes", maxNodes, 10_000_000);
        check("maxShapes", maxShapes, 1_000_000);
        check("maxAlternatives", maxAlternatives, 4096);
        check("maxStates", maxStates, 10_000_000);
        check("maxSteps", maxSteps, 10_000_000_000L);
        check("integerDigits", integerDigits, 300);
        check("fractionDigits", fractionDigits, 300);
    }

    private static void check(String name, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: 1.." + max + ")");
        }
    }

    public static SchemaLimits defaults() {
        return new SchemaLimits(1 << 20, 64, 50_000, 10_000, 128, 20_000, 20_000_000, 18, 18);
    }
}
