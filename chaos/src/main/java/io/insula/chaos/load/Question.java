package io.insula.chaos.load;

import io.vertx.core.json.JsonObject;

/**
 * One request, asked again and again, whose answer must be the same each time.
 *
 * @param index its place among the questions of a run, from 0
 * @param kind what it asks for, in two or three words
 * @param body what is sent, but for the model's name
 * @param streamed whether the answer comes as events
 * @param viaConfig whether the assistant config is named, whose system prompt many share, or the base model
 */
public record Question(int index, String kind, JsonObject body, boolean streamed, boolean viaConfig) {

    /** What is sent. */
    String toJson(Account account) {
        return body.copy()
                .put("model", viaConfig ? account.config() : account.model())
                .encode();
    }

    @Override
    public String toString() {
        return "question " + index + " (" + kind + (streamed ? ", streamed)" : ", whole)");
    }
}
