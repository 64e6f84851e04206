package io.insula.protocol;

/** Names a base model that an engine serves, for example {@code smollm2-135m-instruct}. */
public record ModelName(String value) {

    private static final int MAX_LENGTH = 128;

    public ModelName {
        if (!isValid(value)) {
            throw new IllegalArgumentException(
                    "model name: '" + value + "' (expected: 1.." + MAX_LENGTH + " characters)");
        }
    }

    /** Whether a text can name a model. */
    public static boolean isValid(String value) {
        return !value.isBlank() && value.length() <= MAX_LENGTH;
    }

    @Override
    public String toString() {
        return value;
    }
}
