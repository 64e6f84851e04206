package io.insula.inference.decode;

import io.insula.inference.engine.StepLogits;
import io.insula.inference.engine.TopLogits;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenScores;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Says how probable the model itself found a token and its alternatives: before bias, masks, penalties and temperature.
 *
 * <p>The sum over the vocabulary runs in one fixed order, and its logarithm is {@link StrictMath}'s: equal logits give equal
 * bits on every machine. Where an engine tells that logarithm beside a row's largest logits, it is always the one that counts, and
 * the row itself is asked for only when a rank cannot be told without it.
 *
 * <p><b>Thread:</b> one at a time: it holds scratch memory for one row.
 *
 * <p><b>Errors:</b> a logit that is not finite is a {@link SamplingException}.
 *
 * <p><b>Source:</b> vLLM's {@code raw_logprobs}, which OpenAI's API reference describes: the logarithm of the softmax.
 */
public final class LogProbabilities {

    private final Candidates candidates;
    private final int vocabulary;
    private @Nullable TopRow likely;

    /**
     * @param vocabulary logits per row
     */
    public LogProbabilities(int vocabulary) {
        this.candidates = new Candidates(vocabulary);
        this.vocabulary = vocabulary;
    }

    /**
     * The scores of one position.
     *
     * @param logits the engine's rows
     * @param row the one that the token was drawn from, or that came before the prompt's token
     * @param token the token that stands there
     * @param alternatives how many of the most probable tokens are told of
     * @param tokenizer knows the tokens' bytes
     */
    public TokenScores of(StepLogits logits, int row, int token, int alternatives, ChatTokenizer tokenizer) {
        TopLogits top = logits.top();
        if (top == null) {
            return ofWhole(logits, row, token, alternatives, tokenizer);
        }
        TopRow few = likely(top.count());
        if (!few.load(top, row)) {
            return ofWhole(logits, row, token, alternatives, tokenizer);
        }
        double logSum = top.logSum(row);
        if (few.ranks(token, alternatives)) {
            return new Scores(few.candidates(), few::token, 0, logSum, tokenizer).of(few.place(token), alternatives);
        }
        candidates.load(logits, row);
        return new Scores(candidates, IntUnaryOperator.identity(), 0, logSum, tokenizer).of(token, alternatives);
    }

    private TokenScores ofWhole(StepLogits logits, int row, int token, int alternatives, ChatTokenizer tokenizer) {
        candidates.load(logits, row);
        double logTotal = StrictMath.log(candidates.weigh(1));
        return new Scores(candidates, IntUnaryOperator.identity(), candidates.highest(), logTotal, tokenizer)
                .of(token, alternatives);
    }

    private TopRow likely(int count) {
        TopRow row = likely;
        if (row == null || row.count() != count) {
            row = new TopRow(count, vocabulary);
            likely = row;
        }
        return row;
    }

    /**
     * Tells scores of candidates by their places.
     *
     * @param tokens the token of a place
     * @param highest taken off each logit first
     * @param logTotal then taken off
     */
    private record Scores(
            Candidates candidates, IntUnaryOperator tokens, double highest, double logTotal, ChatTokenizer tokenizer) {

        TokenScores of(int place, int alternatives) {
            int[] best = candidates.mostProbable(alternatives);
            return new TokenScores(
                    scored(place, candidates.rank(place)),
                    IntStream.range(0, best.length)
                            .mapToObj(rank -> scored(best[rank], rank + 1))
                            .toList());
        }

        private ScoredToken scored(int place, int rank) {
            int token = tokens.applyAsInt(place);
            // A sum that a device tells may be a little less than one of its parts.
            double logProbability = Math.min(0, candidates.logit(place) - highest - logTotal);
            return new ScoredToken(token, logProbability, rank, TokenBytes.of(tokenizer.bytes(token)));
        }
    }
}
