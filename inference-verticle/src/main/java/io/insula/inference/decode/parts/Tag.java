package io.insula.inference.decode.parts;

/**
 * A mark in an answer's text, matched character by character.
 *
 * <p>Its first character does not come again within it, so a text that stops matching holds no later beginning of the tag
 * but, perhaps, in the character at hand.
 *
 * @param text not empty
 */
record Tag(String text) {

    Tag {
        if (text.isEmpty() || text.indexOf(text.charAt(0), 1) >= 0) {
            throw new IllegalArgumentException(
                    "tag: '" + text + "' (expected: a first character that is its only one)");
        }
    }

    /** Characters that match when one more comes after so many that did; 0 when it does not fit. */
    int after(int matched, char next) {
        return text.charAt(matched) == next ? matched + 1 : 0;
    }

    boolean complete(int matched) {
        return matched == text.length();
    }
}
