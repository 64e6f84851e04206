package io.insula.api.openai;

import io.insula.protocol.OutputOptions;

/**
 * Bounds of a chat request's fields.
 *
 * @param maxMessages messages of one conversation
 * @param maxContentParts text parts of one message
 * @param maxStop stop strings
 * @param maxStopChars characters of one stop string
 * @param maxModelChars characters of the model's name
 * @param maxStopTokens stop tokens
 * @param maxLogitBias tokens with a bias
 * @param maxChoices 1..128; answers generated for one request
 * @param maxTotalTokens tokens of all answers together, where there is more than one
 * @param structure bounds of tools, forms and the template's arguments
 */
public record RequestLimits(
        int maxMessages,
        int maxContentParts,
        int maxStop,
        int maxStopChars,
        int maxModelChars,
        int maxStopTokens,
        int maxLogitBias,
        int maxChoices,
        int maxTotalTokens,
        StructureLimits structure) {

    public static final RequestLimits DEFAULT =
            new RequestLimits(2048, 1024, 4, 256, 256, 128, 1024, 16, 65_536, StructureLimits.DEFAULT);

    public RequestLimits {
        positive("maxMessages", maxMessages);
        positive("maxContentParts", maxContentParts);
        positive("maxStop", maxStop);
        positive("maxStopChars", maxStopChars);
        positive("maxModelChars", maxModelChars);
        positive("maxStopTokens", maxStopTokens);
        positive("maxLogitBias", maxLogitBias);
        positive("maxChoices", maxChoices);
        positive("maxTotalTokens", maxTotalTokens);
        if (maxChoices > OutputOptions.MAX_CHOICES) {
            throw new IllegalArgumentException(
                    "maxChoices: " + maxChoices + " (expected: 1.." + OutputOptions.MAX_CHOICES + ")");
        }
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
        }
    }
}
