package io.insula.bench;

/**
 * Streams that arrive at once.
 *
 * @param streams how many
 * @param promptTokens of each; every stream's prompt is another one
 * @param answerTokens of each; end tokens do not end it
 */
public record ServingCase(int streams, int promptTokens, int answerTokens) {

    public ServingCase {
        if (streams < 1 || promptTokens < 2 || answerTokens < 2) {
            throw new IllegalArgumentException("serving: " + streams + " streams, prompts of " + promptTokens
                    + ", answers of " + answerTokens + " tokens (expected: >= 1, >= 2, >= 2)");
        }
    }

    public String title() {
        return streams + (streams == 1 ? " stream" : " streams") + ", prompt " + promptTokens;
    }
}
