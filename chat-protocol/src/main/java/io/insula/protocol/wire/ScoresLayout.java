package io.insula.protocol.wire;

import io.insula.protocol.ScoredToken;
import io.insula.protocol.TokenScores;

/** The bytes of log-probabilities. */
final class ScoresLayout {

    private static final int LEAST_TOKEN_BYTES = 11;

    /** A token, and how many alternatives there are. */
    static final int LEAST_SCORES_BYTES = LEAST_TOKEN_BYTES + 1;

    private ScoresLayout() {}

    static void write(WireWriter out, TokenScores scores) {
        writeToken(out, scores.chosen());
        out.list(scores.top(), ScoresLayout::writeToken);
    }

    static TokenScores read(WireReader in) {
        return new TokenScores(readToken(in), in.list(LEAST_TOKEN_BYTES, ScoresLayout::readToken));
    }

    private static void writeToken(WireWriter out, ScoredToken token) {
        out.count(token.token());
        out.real(token.logProbability());
        out.count(token.rank());
        out.bytes(token.bytes());
    }

    private static ScoredToken readToken(WireReader in) {
        return new ScoredToken(in.count(), in.real(), in.count(), in.bytes());
    }
}
