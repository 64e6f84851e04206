package io.insula.protocol;

/** Whether a model calls tools, and which. */
public sealed interface ToolChoice {

    /** It calls none. */
    record None() implements ToolChoice {}

    /** It decides. */
    record Auto() implements ToolChoice {}

    /** It calls at least one. */
    record Required() implements ToolChoice {}

    /** It calls this one. */
    record Named(String name) implements ToolChoice {}

    /** Whether the answer is a call whatever the model would rather say. */
    default boolean enforced() {
        return this instanceof Required || this instanceof Named;
    }
}
