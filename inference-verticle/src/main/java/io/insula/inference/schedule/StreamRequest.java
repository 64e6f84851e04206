package io.insula.inference.schedule;

import io.insula.inference.decode.AnswerPlan;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.TokenIds;

/**
 * An admitted command, ready to be scheduled.
 *
 * @param command what was asked
 * @param prompt the rendered conversation; at least one token
 * @param plan what its answers are made of
 * @param maxTokens at least 1; prompt and answer fit the context together
 * @param admittedNanos when the command arrived, on the scheduler's clock
 */
public record StreamRequest(
        GenerateCommand command, TokenIds prompt, AnswerPlan plan, int maxTokens, long admittedNanos) {

    public StreamRequest {
        if (prompt.size() < 1) {
            throw new IllegalArgumentException("prompt: 0 tokens (expected: >= 1)");
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: >= 1)");
        }
    }

    /** A command whose answers are plain text. */
    public StreamRequest(GenerateCommand command, TokenIds prompt, int maxTokens, long admittedNanos) {
        this(command, prompt, AnswerPlan.TEXT, maxTokens, admittedNanos);
    }

    /** Tokens of KV cache that it may come to: prompt and longest answer, for each choice. */
    int kvTokens() {
        long ofChoice = (long) prompt.size() + maxTokens;
        return (int) Math.min(Integer.MAX_VALUE, ofChoice * command.output().choices());
    }
}
