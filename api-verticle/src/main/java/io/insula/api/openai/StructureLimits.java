package io.insula.api.openai;

/**
 * Bounds of what a chat request says of tools, forms of answers and the chat template.
 *
 * @param maxTools tools of one request, and calls of one message
 * @param maxSchemaChars characters of one JSON Schema, and of all texts of a choice
 * @param maxNesting levels of objects and arrays in a JSON Schema or in the template's arguments
 * @param maxPatternChars characters of a regular expression
 * @param maxChoiceTexts texts of a choice
 * @param maxTemplateChars characters of the template's arguments
 */
public record StructureLimits(
        int maxTools,
        int maxSchemaChars,
        int maxNesting,
        int maxPatternChars,
        int maxChoiceTexts,
        int maxTemplateChars) {

    public static final StructureLimits DEFAULT = new StructureLimits(128, 65_536, 32, 4096, 1024, 16_384);

    public StructureLimits {
        positive("maxTools", maxTools);
        positive("maxSchemaChars", maxSchemaChars);
        positive("maxNesting", maxNesting);
        positive("maxPatternChars", maxPatternChars);
        positive("maxChoiceTexts", maxChoiceTexts);
        positive("maxTemplateChars", maxTemplateChars);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
        }
    }
}
