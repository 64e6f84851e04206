package io.insula.inference.grammar;

import java.util.List;

/** What an answer may look like. Equal sources are compiled once. */
public sealed interface GrammarSource {

    /** Any JSON object. */
    record JsonObject() implements GrammarSource {}

    /**
     * A JSON value that meets a schema.
     *
     * @param schema JSON text
     * @param objects whether of what meets it objects alone count
     */
    record JsonSchema(String schema, boolean objects) implements GrammarSource {

        /** Any value that meets the schema. */
        public JsonSchema(String schema) {
            this(schema, false);
        }
    }

    /** A text that a regular expression matches as a whole. */
    record Regex(String pattern) implements GrammarSource {}

    /** One of some texts. */
    record Choice(List<String> texts) implements GrammarSource {

        public Choice {
            texts = List.copyOf(texts);
        }
    }

    /**
     * A tool.
     *
     * @param name as it is written in a call
     * @param parameters JSON Schema of the arguments, as text; of what meets it, objects alone count
     */
    record Tool(String name, String parameters) {}

    /**
     * The texts around calls: {@code opening before NAME between ARGUMENTS after} for the first, then
     * {@code separator before NAME between ARGUMENTS after} for each further one, then {@code closing}.
     *
     * @param tag behind free text calls begin directly behind this, or with the answer itself, white space before them or
     *     not; empty where {@code opening before} begins them wherever it is written
     */
    record CallForm(
            String opening, String before, String between, String after, String separator, String closing, String tag) {

        /** A form whose calls begin wherever {@code opening before} is written. */
        public CallForm(String opening, String before, String between, String after, String separator, String closing) {
            this(opening, before, between, after, separator, closing, "");
        }
    }

    /**
     * Calls of tools.
     *
     * @param form the texts around them
     * @param marker a control token that comes before {@code opening}, {@code -1} for none
     * @param maxCalls 1..256
     * @param freeText whether the answer may be any text, with or without calls at its end; a call begins at the marker, or
     *     where there is none at {@code opening before}, as the form's tag says
     */
    record ToolCalls(List<Tool> tools, CallForm form, int marker, int maxCalls, boolean freeText)
            implements GrammarSource {

        private static final int MOST_CALLS = 256;

        public ToolCalls {
            tools = List.copyOf(tools);
            if (tools.isEmpty()) {
                throw new IllegalArgumentException("tools: none (expected: at least one)");
            }
            if (maxCalls < 1 || maxCalls > MOST_CALLS) {
                throw new IllegalArgumentException("maxCalls: " + maxCalls + " (expected: 1.." + MOST_CALLS + ")");
            }
        }
    }
}
