package io.insula.inference.decode;

import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenScores;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;

/**
 * Says how probable the model itself found a token and its alternatives: before bias, masks, penalties and temperature.
 *
 * <p>The sum over the vocabulary runs in one fixed order, and its logarithm is {@link StrictMath}'s: equal logits give equal
 * bits on every machine.
 *
 * <p><b>Shape:</b> {@code logits [rows, vocabulary] float32} from index 0.
 *
 * <p><b>Thread:</b> one at a time: it holds scratch memory for one row.
 *
 * <p><b>Errors:</b> a logit that is not finite is a {@link SamplingException}.
 *
 * <p><b>Source:</b> vLLM's {@code raw_logprobs}, which OpenAI's API reference describes: the logarithm of the softmax.
 */
public final class LogProbabilities {

    private final Candidates candidates;

    /**
     * @param vocabulary logits per row
     */
    public LogProbabilities(int vocabulary) {
        this.candidates = new Candidates(vocabulary);
    }

    /**
     * The scores of one position.
     *
     * @param logits the engine's rows; not moved
     * @param row the one that the token was drawn from, or that came before the prompt's token
     * @param token the token that stands there
     * @param alternatives how many of the most probable tokens are told of
     * @param tokenizer knows the tokens' bytes
     */
    public TokenScores of(FloatBuffer logits, int row, int token, int alternatives, ChatTokenizer tokenizer) {
        candidates.load(logits, row);
        double total = candidates.weigh(1);
        int[] top = candidates.mostProbable(alternatives);
        return new TokenScores(
                scored(token, candidates.rank(token), total, tokenizer),
                IntStream.range(0, top.length)
                        .mapToObj(place -> scored(top[place], place + 1, total, tokenizer))
                        .toList());
    }

    private ScoredToken scored(int token, int rank, double total, ChatTokenizer tokenizer) {
        return new ScoredToken(
                token, candidates.logProbability(token, total), rank, TokenBytes.of(tokenizer.bytes(token)));
    }
}
