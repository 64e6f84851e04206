package io.insula.protocol;

import org.jspecify.annotations.Nullable;

/** The one reply to a {@link GenerateCommand}. */
public sealed interface Admission {

    /**
     * The stream will run and end with exactly one {@link StreamEnd}.
     *
     * @param promptTokens length of the rendered prompt
     */
    record Accepted(int promptTokens) implements Admission {

        public Accepted {
            if (promptTokens < 0) {
                throw new IllegalArgumentException("promptTokens: " + promptTokens + " (expected: >= 0)");
            }
        }
    }

    /**
     * Nothing was started and no frame will follow.
     *
     * @param reason why
     * @param message what was wrong and what is allowed, for the client
     * @param param the request field at fault; null when it is none of them
     * @param retryAfterMillis when to try again; 0 when trying again is pointless
     */
    record Rejected(Reason reason, String message, @Nullable String param, int retryAfterMillis)
            implements Admission, EmbedReply {

        public Rejected {
            if (retryAfterMillis < 0) {
                throw new IllegalArgumentException("retryAfterMillis: " + retryAfterMillis + " (expected: >= 0)");
            }
        }
    }

    /** Why a command was not accepted; the order is the wire order, new reasons are appended. */
    enum Reason {
        /** The prompt, or prompt and requested tokens, exceed the context. */
        CONTEXT_LENGTH_EXCEEDED,
        /** The queue is full; another engine, or this one later, may take it. */
        OVERLOADED,
        /** This node does not serve the model. */
        MODEL_NOT_FOUND,
        /** The conversation cannot be rendered or a parameter is not supported. */
        INVALID_REQUEST,
        /** The node finishes its streams and leaves. */
        DRAINING
    }
}
