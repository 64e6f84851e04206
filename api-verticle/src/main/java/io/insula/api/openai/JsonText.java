package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import io.insula.api.error.ApiError;

/** Turns a part of a request that is passed on as JSON into its text, within bounds. */
final class JsonText {

    private JsonText() {}

    /**
     * The text of a value.
     *
     * @param what the value is, for errors
     */
    static String of(String at, JsonNode value, String what, int maxChars, int maxNesting) {
        if (isDeeper(value, maxNesting)) {
            throw ApiError.invalid(
                            at,
                            what + " of more than " + maxNesting + " levels (expected: at most " + maxNesting
                                    + " levels of objects and arrays)")
                    .failure();
        }
        String text = value.toString();
        if (text.length() > maxChars) {
            throw ApiError.invalid(
                            at, what + " of " + text.length() + " characters (expected: at most " + maxChars + ")")
                    .failure();
        }
        return Conversation.wellFormed(at, text);
    }

    /** The parser bounds the depth that this walks. */
    private static boolean isDeeper(JsonNode value, int levels) {
        if (!value.isContainerNode()) {
            return false;
        }
        if (levels == 0) {
            return true;
        }
        for (JsonNode child : value) {
            if (isDeeper(child, levels - 1)) {
                return true;
            }
        }
        return false;
    }
}
