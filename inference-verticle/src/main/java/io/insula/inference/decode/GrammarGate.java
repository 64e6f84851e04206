package io.insula.inference.decode;

import io.insula.inference.decode.parts.AnswerParts;
import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.protocol.TokenIds;
import java.util.stream.IntStream;

/**
 * Says which tokens may come next in a choice that has a grammar, and when the grammar is told of one.
 *
 * <p>The grammar is over the answer, not over the reasoning: while a choice reasons, everything may come but an end, and what
 * would close the reasoning and begin the answer in one token. Between the two one token of line feeds is free.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
final class GrammarGate {

    private enum Phase {
        /** The first token may open the reasoning. */
        BEGIN,
        REASONING,
        /** Behind the closing tag. */
        BORDER,
        ANSWER
    }

    private final GrammarMask grammar;
    private final AnswerParts parts;
    private final BorderTokens border;
    private final int opening;
    private final TokenIds ends;
    private Phase phase;
    private boolean answering;

    /**
     * @param parts the choice's; told when the answer begins
     * @param ends the tokens that end the choice
     */
    GrammarGate(GrammarMask grammar, AnswerParts parts, AnswerSyntax syntax, ReasoningStart start, TokenIds ends) {
        this.grammar = grammar;
        this.parts = parts;
        this.ends = ends;
        this.opening = syntax.opening();
        this.phase = switch (start) {
            case OPEN -> Phase.REASONING;
            case POSSIBLE -> opening < 0 ? Phase.ANSWER : Phase.BEGIN;
            case NEVER, CLOSED -> Phase.ANSWER;
        };
        this.border = phase == Phase.ANSWER ? BorderTokens.NONE : syntax.border();
    }

    /**
     * What may come next.
     *
     * @param mayEnd whether the choice may end for all that the request says; where the grammar leaves nothing else it does
     */
    NextTokens next(boolean mayEnd) {
        TokenIds end = grammar.complete() && (mayEnd || grammar.mustEnd()) ? ends : TokenIds.EMPTY;
        return switch (phase) {
            case REASONING ->
                NextTokens.allBut(joined(ends, border.overshooting().get(parts.closing())));
            case BEGIN -> NextTokens.only(grammar.words(), joined(end, TokenIds.of(opening)));
            case BORDER -> NextTokens.only(grammar.words(), joined(end, border.newlines()));
            case ANSWER -> NextTokens.only(grammar.words(), end);
        };
    }

    /** The only token that may come next; -1 where there is a choice. */
    int only() {
        return phase == Phase.ANSWER ? grammar.only() : -1;
    }

    /** Whether the text is complete and nothing may follow. */
    boolean over() {
        return phase == Phase.ANSWER && grammar.mustEnd();
    }

    /** A token that is no end comes; its text was not looked at yet. */
    void comes(int token) {
        switch (phase) {
            case BEGIN -> {
                if (token == opening) {
                    phase = Phase.REASONING;
                } else {
                    answer(token);
                }
            }
            case BORDER -> {
                if (contains(border.newlines(), token)) {
                    phase = Phase.ANSWER;
                } else {
                    answer(token);
                }
            }
            case ANSWER -> answer(token);
            case REASONING -> {}
        }
    }

    /** The text of the token that came was looked at. */
    void came() {
        if (phase == Phase.REASONING && !parts.reasons()) {
            phase = Phase.BORDER;
        }
    }

    private void answer(int token) {
        if (!answering) {
            answering = true;
            parts.answerBegins();
        }
        phase = Phase.ANSWER;
        grammar.accept(token);
    }

    private static boolean contains(TokenIds tokens, int token) {
        for (int i = 0; i < tokens.size(); i++) {
            if (tokens.get(i) == token) {
                return true;
            }
        }
        return false;
    }

    private static TokenIds joined(TokenIds some, TokenIds others) {
        if (some.size() == 0) {
            return others;
        }
        return TokenIds.of(IntStream.concat(IntStream.of(some.toArray()), IntStream.of(others.toArray()))
                .distinct()
                .toArray());
    }
}
