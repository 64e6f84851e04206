package io.insula.launcher.config;

import io.insula.inference.grammar.GrammarConfig;
import io.insula.inference.grammar.schema.SchemaLimits;

/** Reads what the grammars of answers may cost. */
final class GrammarSettings {

    private GrammarSettings() {}

    static GrammarConfig grammar(Settings settings) {
        GrammarConfig standard = GrammarConfig.defaults();
        return new GrammarConfig(
                schema(settings),
                settings.integer(
                        "grammar.max-length",
                        standard.maxTextBytes(),
                        1,
                        1 << 26,
                        "characters of the schemas, pattern or choices of one request together; above it: 400"),
                settings.size(
                        "grammar.compiled-memory",
                        standard.compiledBytes(),
                        0,
                        1L << 40,
                        "memory of compiled grammars that are kept, a model"),
                settings.size(
                        "grammar.mask-memory",
                        standard.maskBytes(),
                        0,
                        1L << 40,
                        "memory of token masks that are kept, a model"),
                settings.integer(
                        "grammar.max-indent",
                        standard.maxIndent(),
                        0,
                        1000,
                        "blanks and tabs after a line feed between the parts of a JSON answer"));
    }

    private static SchemaLimits schema(Settings settings) {
        SchemaLimits standard = SchemaLimits.defaults();
        return new SchemaLimits(
                settings.integer(
                        "grammar.max-schema-bytes", standard.maxBytes(), 1, 1 << 26, "UTF-8 bytes of one schema"),
                settings.integer("grammar.max-depth", standard.maxDepth(), 1, 1000, "nesting of one schema's text"),
                settings.integer(
                        "grammar.max-nodes", standard.maxNodes(), 1, 10_000_000, "schemas and values in one schema"),
                settings.integer(
                        "grammar.max-shapes",
                        standard.maxShapes(),
                        1,
                        1_000_000,
                        "different sets of schemas that meet at one value"),
                settings.integer(
                        "grammar.max-alternatives",
                        standard.maxAlternatives(),
                        1,
                        4096,
                        "alternatives of one value once anyOf, oneOf and their like are multiplied out"),
                settings.integer(
                        "grammar.max-states",
                        standard.maxStates(),
                        1,
                        10_000_000,
                        "states of one automaton: of a pattern, say"),
                settings.number(
                        "grammar.max-steps",
                        standard.maxSteps(),
                        1,
                        10_000_000_000L,
                        "elementary steps of one compilation, which bounds its time"),
                settings.integer(
                        "grammar.integer-digits",
                        standard.integerDigits(),
                        1,
                        300,
                        "most digits of a number before its point"),
                settings.integer(
                        "grammar.fraction-digits",
                        standard.fractionDigits(),
                        1,
                        300,
                        "most digits of a number after its point"));
    }
}
