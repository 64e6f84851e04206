package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.ScoredToken;
import io.insula.protocol.TokenBytes;
import io.insula.protocol.TokenScores;
import java.util.List;

/**
 * Writes log-probabilities.
 *
 * <p>A token without bytes, which only ever is an alternative or stands in a prompt, is written as {@code token_id:7}.
 *
 * <p><b>Source:</b> OpenAI's {@code ChatCompletionTokenLogprob}; vLLM's {@code prompt_logprobs}.
 */
final class ScoresWriter {

    private ScoresWriter() {}

    /** The {@code logprobs} of a choice or of a chunk. */
    static void answer(JsonBytes out, List<TokenScores> scores) {
        out.raw("{\"content\":[");
        String separator = "";
        for (TokenScores position : scores) {
            out.raw(separator);
            token(out, position.chosen());
            out.raw(",\"top_logprobs\":[");
            String comma = "";
            for (ScoredToken alternative : position.top()) {
                token(out.raw(comma), alternative);
                out.raw("}");
                comma = ",";
            }
            out.raw("]}");
            separator = ",";
        }
        out.raw("],\"refusal\":null}");
    }

    /** The {@code prompt_logprobs} of a completion: nothing precedes the first token. */
    static void prompt(JsonBytes out, List<TokenScores> scores) {
        out.raw("[null");
        for (TokenScores position : scores) {
            out.raw(",{");
            ranked(out, position.chosen());
            for (ScoredToken alternative : position.top()) {
                if (alternative.token() != position.chosen().token()) {
                    ranked(out.raw(","), alternative);
                }
            }
            out.raw("}");
        }
        out.raw("]");
    }

    /** The object is left open. */
    private static void token(JsonBytes out, ScoredToken token) {
        out.raw("{\"token\":")
                .string(text(token))
                .raw(",\"logprob\":")
                .raw(Double.toString(token.logProbability()))
                .raw(",\"bytes\":");
        bytes(out, token.bytes());
    }

    private static void bytes(JsonBytes out, TokenBytes bytes) {
        if (bytes.isEmpty()) {
            out.raw("null");
            return;
        }
        for (int i = 0; i < bytes.size(); i++) {
            out.raw(i == 0 ? "[" : ",").number(Byte.toUnsignedLong(bytes.get(i)));
        }
        out.raw("]");
    }

    private static void ranked(JsonBytes out, ScoredToken token) {
        out.raw("\"")
                .number(token.token())
                .raw("\":{\"logprob\":")
                .raw(Double.toString(token.logProbability()))
                .raw(",\"rank\":")
                .number(token.rank())
                .raw(",\"decoded_token\":")
                .string(text(token))
                .raw("}");
    }

    private static String text(ScoredToken token) {
        return token.bytes().isEmpty()
                ? "token_id:" + token.token()
                : token.bytes().toText();
    }
}
