package io.insula.api.assistant;

import io.insula.protocol.OutputOptions;

/**
 * What a client wants to get, and how.
 *
 * @param stream whether the answer is a stream of events
 * @param includeUsage whether a stream ends with a usage chunk
 * @param choices answers that the client gets
 * @param candidates answers that are generated, of which the client gets those with the largest sum of log-probabilities;
 *     at least {@code choices}, and no more in a stream
 * @param logProbabilities alternatives told of with each token of the answer, or {@link OutputOptions#UNSCORED}
 * @param promptLogProbabilities alternatives told of with each token of the prompt, or {@link OutputOptions#UNSCORED}; none
 *     in a stream
 * @param echo whether each answer begins with the last message, if that is the assistant's
 */
public record AnswerForm(
        boolean stream,
        boolean includeUsage,
        int choices,
        int candidates,
        int logProbabilities,
        int promptLogProbabilities,
        boolean echo) {

    /** Whether the client is told of the answer's log-probabilities. */
    public boolean scored() {
        return logProbabilities != OutputOptions.UNSCORED;
    }

    /** Whether the client is told of the prompt's log-probabilities. */
    public boolean promptScored() {
        return promptLogProbabilities != OutputOptions.UNSCORED;
    }

    /** What an engine is asked for: candidates are compared by the log-probabilities of their tokens. */
    OutputOptions output() {
        boolean compared = candidates > choices && !scored();
        return new OutputOptions(candidates, compared ? 0 : logProbabilities, promptLogProbabilities);
    }
}
