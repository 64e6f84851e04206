package io.insula.inference.text;

/**
 * How a template wants calls of tools: published templates disagree.
 *
 * @param objects arguments as an object rather than as JSON text
 * @param nullContent none rather than an empty string as content of a message that only calls
 * @param shortIds ids of nine characters, as Mistral's templates demand
 */
record CallForm(boolean objects, boolean nullContent, boolean shortIds) {

    /** What most templates take. */
    static final CallForm USUAL = new CallForm(true, false, false);

    private static final int SHORT = 9;

    /** An id as the template wants it; equal for equal ids. */
    String id(String id) {
        if (!shortIds || id.isEmpty()) {
            return id;
        }
        String bare = id.replaceAll("[^a-zA-Z0-9]", "");
        return bare.length() >= SHORT
                ? bare.substring(bare.length() - SHORT)
                : "0".repeat(SHORT - bare.length()) + bare;
    }
}
