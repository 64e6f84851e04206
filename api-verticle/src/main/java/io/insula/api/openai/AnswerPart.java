package io.insula.api.openai;

/** What a piece of an answer is a piece of. */
public sealed interface AnswerPart {

    /** What the client reads. */
    record Text() implements AnswerPart {}

    /** What the model thought before. */
    record Reasoning() implements AnswerPart {}

    /** The beginning of a tool call; it has no text. */
    record CallStart(int index, String id, String name) implements AnswerPart {}

    /** The arguments of a tool call that has begun. */
    record CallArguments(int index) implements AnswerPart {}
}
