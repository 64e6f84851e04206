package io.insula.api.openai;

/**
 * Bounds of a chat request's fields.
 *
 * @param maxMessages messages of one conversation
 * @param maxContentParts text parts of one message
 * @param maxStop stop strings
 * @param maxStopChars characters of one stop string
 * @param maxModelChars characters of the model's name
 */
public record RequestLimits(int maxMessages, int maxContentParts, int maxStop, int maxStopChars, int maxModelChars) {

    public static final RequestLimits DEFAULT = new RequestLimits(2048, 1024, 4, 256, 256);

    public RequestLimits {
        positive("maxMessages", maxMessages);
        positive("maxContentParts", maxContentParts);
        positive("maxStop", maxStop);
        positive("maxStopChars", maxStopChars);
        positive("maxModelChars", maxModelChars);
    }

    private static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= 1)");
        }
    }
}
