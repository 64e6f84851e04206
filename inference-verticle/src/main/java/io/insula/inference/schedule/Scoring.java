package io.insula.inference.schedule;

import io.insula.inference.decode.LogProbabilities;
import io.insula.inference.engine.StepLogits;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.StreamFrame.StreamPrompt;
import io.insula.protocol.TokenScores;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Tells the log-probabilities that a request asks for, of its prompt and of its answers.
 *
 * <p><b>Thread:</b> the device thread.
 */
final class Scoring {

    private final LogProbabilities probabilities;
    private final ChatTokenizer tokenizer;

    Scoring(int vocabulary, ChatTokenizer tokenizer) {
        this.probabilities = new LogProbabilities(vocabulary);
        this.tokenizer = tokenizer;
    }

    /** Whether a prompt has to be computed with the logits of all its tokens. */
    static boolean ofPrompt(ScheduledStream stream) {
        return stream.command().output().promptScored();
    }

    /** A sampled token's scores, if they are asked for. */
    List<TokenScores> token(ScheduledStream stream, StepLogits logits, int row, int token) {
        OutputOptions output = stream.command().output();
        return output.scored()
                ? List.of(probabilities.of(logits, row, token, output.logProbabilities(), tokenizer))
                : List.of();
    }

    /** Of a chunk that is being prefilled, what its logits say of the tokens behind each of its own. */
    Optional<StreamPrompt> prompt(ScheduledStream stream, StepLogits logits, int count) {
        int[] prompt = stream.prompt();
        int from = stream.prefilled() + 1;
        int alternatives = stream.command().output().promptLogProbabilities();
        List<TokenScores> scores = IntStream.range(0, Math.min(count, prompt.length - from))
                .mapToObj(row -> probabilities.of(logits, row, prompt[from + row], alternatives, tokenizer))
                .toList();
        return scores.isEmpty() ? Optional.empty() : Optional.of(stream.promptScores(from, scores));
    }
}
