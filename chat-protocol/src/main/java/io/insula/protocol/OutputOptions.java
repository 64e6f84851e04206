package io.insula.protocol;

/**
 * How many answers a request wants, and what is told about their tokens.
 *
 * @param choices 1..128; answers generated from one prefill of the prompt, each with random numbers of its own. Where a
 *     client wants the best of more than it gets, these are all of them: the HTTP side chooses
 * @param logProbabilities -1..20; how many of the most probable tokens are told with each token of the answer; 0 tells of
 *     the token alone, {@link #UNSCORED} of none
 * @param promptLogProbabilities -1..20; the same for the tokens of the prompt
 */
public record OutputOptions(int choices, int logProbabilities, int promptLogProbabilities) {

    public static final int MAX_CHOICES = 128;

    /** The most alternatives that can be told of a token. */
    public static final int MAX_LOG_PROBABILITIES = 20;

    /** No log-probabilities at all. */
    public static final int UNSCORED = -1;

    /** One answer, its text alone. */
    public static final OutputOptions TEXT = new OutputOptions(1, UNSCORED, UNSCORED);

    public OutputOptions {
        if (choices < 1 || choices > MAX_CHOICES) {
            throw new IllegalArgumentException("choices: " + choices + " (expected: 1.." + MAX_CHOICES + ")");
        }
        requireCount("logprobs", logProbabilities);
        requireCount("prompt_logprobs", promptLogProbabilities);
    }

    /** Whether the answer's tokens are told with their log-probabilities. */
    public boolean scored() {
        return logProbabilities != UNSCORED;
    }

    /** Whether the prompt's tokens are told with their log-probabilities. */
    public boolean promptScored() {
        return promptLogProbabilities != UNSCORED;
    }

    private static void requireCount(String name, int count) {
        if (count < UNSCORED || count > MAX_LOG_PROBABILITIES) {
            throw new IllegalArgumentException(
                    name + ": " + count + " (expected: " + UNSCORED + ".." + MAX_LOG_PROBABILITIES + ")");
        }
    }
}
