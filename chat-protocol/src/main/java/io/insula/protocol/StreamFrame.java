package io.insula.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened to one stream.
 *
 * <p><b>Order:</b> {@link StreamPrompt}, {@link StreamDelta} and {@link StreamEnd} of one attempt carry sequence numbers
 * 0, 1, 2, … without a gap; a receiver that sees a gap has lost the engine. Frames of another attempt than the current one
 * are dropped.
 */
public sealed interface StreamFrame {

    RequestId request();

    int attempt();

    /**
     * New output of one choice: what it reasoned, then what it said, then what it called. A token after which an earlier of
     * the three goes on begins a new delta.
     *
     * @param sequence position in the attempt's frames
     * @param choice index of the choice, from 0
     * @param tokens the tokens generated since the choice's previous delta; kept by the receiver for a resume
     * @param text the text that became certain; may be empty while a code point or a stop string is undecided
     * @param reasoning the reasoning that became certain, without the tags around it; no part of {@code text}
     * @param toolCalls what became certain of the choice's tool calls, in their order; no part of {@code text}
     * @param finish why the choice ended; null while it runs
     * @param scores one entry for each of {@code tokens} when {@link OutputOptions#scored()}, else empty
     */
    record StreamDelta(
            RequestId request,
            int attempt,
            int sequence,
            int choice,
            TokenIds tokens,
            String text,
            String reasoning,
            List<ToolCallDelta> toolCalls,
            @Nullable FinishReason finish,
            List<TokenScores> scores)
            implements StreamFrame {

        public StreamDelta {
            toolCalls = List.copyOf(toolCalls);
            scores = List.copyOf(scores);
            if (!scores.isEmpty() && scores.size() != tokens.size()) {
                throw new IllegalArgumentException("scores: of " + scores.size()
                        + " tokens (expected: none, or one entry for each of " + tokens.size() + ")");
            }
        }

        /** Output of text alone. */
        public StreamDelta(
                RequestId request,
                int attempt,
                int sequence,
                int choice,
                TokenIds tokens,
                String text,
                @Nullable FinishReason finish,
                List<TokenScores> scores) {
            this(request, attempt, sequence, choice, tokens, text, "", List.of(), finish, scores);
        }

        /** Output of text alone, without log-probabilities. */
        public StreamDelta(
                RequestId request,
                int attempt,
                int sequence,
                int choice,
                TokenIds tokens,
                String text,
                @Nullable FinishReason finish) {
            this(request, attempt, sequence, choice, tokens, text, finish, List.of());
        }
    }

    /**
     * Log-probabilities of the prompt's tokens, when {@link OutputOptions#promptScored()}; may come in several frames, all
     * of them before the first {@link StreamDelta}, and again with each attempt.
     *
     * @param sequence position in the attempt's frames
     * @param from index of the prompt token that the first entry is of; at least 1, since nothing precedes the first token
     * @param scores of the prompt's tokens in their order
     */
    record StreamPrompt(RequestId request, int attempt, int sequence, int from, List<TokenScores> scores)
            implements StreamFrame {

        public StreamPrompt {
            scores = List.copyOf(scores);
            if (from < 1) {
                throw new IllegalArgumentException("from: " + from + " (expected: >= 1)");
            }
        }
    }

    /**
     * The stream lives but has nothing to say: it waits for a slot or its prompt is being prefilled. Carries no
     * sequence number. One is sent with the first part of a prompt that is prefilled, unless that is the whole and nothing
     * of it was known.
     *
     * @param prefilledTokens how much of the prompt is done
     * @param cachedTokens how much of it came from a prefix cache; not told to receivers of protocol version 2
     */
    record StreamProgress(RequestId request, int attempt, int prefilledTokens, int cachedTokens)
            implements StreamFrame {

        /** Progress of a prompt of which nothing was known. */
        public StreamProgress(RequestId request, int attempt, int prefilledTokens) {
            this(request, attempt, prefilledTokens, 0);
        }
    }

    /**
     * The stream is over; exactly one per attempt, always its last frame.
     *
     * @param sequence position in the attempt's frames
     * @param outcome how it ended
     * @param error what went wrong, for the client; null unless the outcome is {@link Outcome#FAILED},
     *     {@link Outcome#REFUSED} or {@link Outcome#EXPIRED}
     * @param usage what is accounted
     * @param timings where the time went
     */
    record StreamEnd(
            RequestId request,
            int attempt,
            int sequence,
            Outcome outcome,
            @Nullable String error,
            Usage usage,
            Timings timings)
            implements StreamFrame {}

    /** Why a choice ended; the order is the wire order, new reasons are appended. */
    enum FinishReason {
        /** An end token, a stop token or a stop string. */
        STOP,
        /** The token limit or the end of the context. */
        LENGTH,
        /** The answer calls tools and waits for theirs. */
        TOOL_CALLS
    }

    /** How a stream ended; the order is the wire order, new outcomes are appended. */
    enum Outcome {
        /** Every choice has its finish reason. */
        COMPLETED,
        /** Cancelled by {@link CancelStream} or because its HTTP node's lease ended. */
        CANCELLED,
        /** The engine could not go on; another may. */
        FAILED,
        /** {@link GenerateCommand#deadlineMillis()} passed before every choice had ended. */
        EXPIRED,
        /**
         * The engine leaves; everything it produced has been told, and the stream goes on elsewhere at once. Receivers of
         * protocol version 2 are told {@link #CANCELLED}.
         */
        HANDED_OVER,
        /**
         * The request itself cannot be done, by whichever engine. Receivers of protocol version 2 are told
         * {@link #FAILED}.
         */
        REFUSED
    }

    /**
     * Token counts of one attempt.
     *
     * @param promptTokens length of the prompt
     * @param completionTokens generated tokens of all choices, replayed ones included
     * @param cachedTokens prompt tokens that came from a prefix cache
     * @param reasoningTokens those of {@code completionTokens} that are reasoning, the tags around it included
     */
    record Usage(int promptTokens, int completionTokens, int cachedTokens, int reasoningTokens) {

        public Usage {
            if (promptTokens < 0 || completionTokens < 0 || cachedTokens < 0 || reasoningTokens < 0) {
                throw new IllegalArgumentException("usage: " + promptTokens + "/" + completionTokens + "/"
                        + cachedTokens + "/" + reasoningTokens + " (expected: no negative count)");
            }
        }

        /** The counts of a stream that did not reason. */
        public Usage(int promptTokens, int completionTokens, int cachedTokens) {
            this(promptTokens, completionTokens, cachedTokens, 0);
        }
    }

    /**
     * Where one attempt's time went, in microseconds since its admission.
     *
     * @param queuedMicros until it got a slot
     * @param firstTokenMicros until its first token was sampled; 0 when there was none
     * @param totalMicros until it ended
     */
    record Timings(long queuedMicros, long firstTokenMicros, long totalMicros) {}
}
