package io.insula.protocol;

import java.util.List;

/** What an answer's text must look like; the reasoning before it and the calls of tools are not a part of it. */
public sealed interface ResponseForm {

    /** Anything. */
    record Text() implements ResponseForm {}

    /** A JSON object. */
    record JsonObject() implements ResponseForm {}

    /**
     * JSON that is valid against a schema.
     *
     * @param schema JSON Schema text
     * @param strict whether the client asked for OpenAI's strict mode
     */
    record JsonSchema(String schema, boolean strict) implements ResponseForm {

        public JsonSchema {
            if (schema.isEmpty()) {
                throw new IllegalArgumentException("schema: '' (expected: a JSON Schema)");
            }
        }
    }

    /**
     * A text that the pattern matches from its first to its last character.
     *
     * @param pattern a regular expression; not empty
     */
    record Regex(String pattern) implements ResponseForm {

        public Regex {
            if (pattern.isEmpty()) {
                throw new IllegalArgumentException("pattern: '' (expected: a regular expression)");
            }
        }
    }

    /**
     * One of a few texts.
     *
     * @param texts at least one, none empty
     */
    record Choice(List<String> texts) implements ResponseForm {

        public Choice {
            texts = List.copyOf(texts);
            if (texts.isEmpty() || texts.stream().anyMatch(String::isEmpty)) {
                throw new IllegalArgumentException("choice: " + texts + " (expected: at least one text, none empty)");
            }
        }
    }
}
