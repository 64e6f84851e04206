package io.insula.inference.decode.parts;

/** Where an answer's reasoning stands when its first token is drawn. */
public enum ReasoningStart {
    /** The model does not reason. */
    NEVER,
    /** The model may open it. */
    POSSIBLE,
    /** The prompt opened it: the answer begins inside. */
    OPEN,
    /** The prompt opened and closed it: the model was told not to reason. */
    CLOSED;

    /**
     * What a prompt's end says.
     *
     * @param promptEnd the prompt's last characters, the model's marks included
     */
    public static ReasoningStart after(String promptEnd, ReasoningTags tags) {
        String end = promptEnd.stripTrailing();
        if (end.endsWith(tags.open())) {
            return OPEN;
        }
        return end.endsWith(tags.close()) ? CLOSED : POSSIBLE;
    }
}
