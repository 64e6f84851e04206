package io.insula.inference.decode;

import io.insula.inference.decode.parts.AnswerParts;
import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.protocol.TokenIds;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Says which tokens may come next in a choice that has a grammar, and when the grammar is told of one.
 *
 * <p>The grammar is over the answer, not over the reasoning: while a choice reasons, everything may come but an end, and what
 * would close the reasoning and begin the answer in one token. Between the two one token of line feeds is free. In the answer a
 * token that ends the choice comes only where the grammar is complete; elsewhere, if it alone has the next text, it is text.
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
    private final TokenIds foreign;
    private Phase phase;
    private boolean answering;

    /**
     * @param parts the choice's; told when the answer begins
     * @param ends the tokens that end the choice; some may be text of the grammar, too
     * @param foreign the model's own end tokens, which are no text even where they do not end the choice
     */
    GrammarGate(
            GrammarMask grammar,
            AnswerParts parts,
            AnswerSyntax syntax,
            ReasoningStart start,
            TokenIds ends,
            TokenIds foreign) {
        this.grammar = grammar;
        this.parts = parts;
        this.ends = ends;
        this.foreign = foreign;
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
        if (phase == Phase.REASONING) {
            TokenIds overshooting = border.overshooting().get(parts.closing());
            return NextTokens.allBut(joined(joined(ends, foreign), overshooting));
        }
        boolean end = endsHere(mayEnd);
        long[] words = end ? grammar.words() : without(ends, grammar.words());
        TokenIds besides = switch (phase) {
            case BEGIN -> TokenIds.of(opening);
            case BORDER -> border.newlines();
            default -> TokenIds.EMPTY;
        };
        return NextTokens.only(words, end ? joined(ends, besides) : besides);
    }

    /**
     * Whether a token that ends choices is text here instead: the choice must not end, and the grammar has no other way on.
     *
     * @param mayEnd as for {@link #next}
     */
    boolean isText(int token, boolean mayEnd) {
        return phase != Phase.REASONING && !endsHere(mayEnd) && has(grammar.words(), token);
    }

    private boolean endsHere(boolean mayEnd) {
        return grammar.complete() && (mayEnd || grammar.mustEnd());
    }

    /** What is left of the words without some tokens; all of them where that is nothing. */
    private static long[] without(TokenIds tokens, long[] words) {
        int[] taken = IntStream.of(tokens.toArray())
                .filter(token -> has(words, token))
                .toArray();
        if (taken.length == 0) {
            return words;
        }
        long[] left = words.clone();
        for (int token : taken) {
            left[token / Long.SIZE] &= ~(1L << token);
        }
        return LongStream.of(left).allMatch(word -> word == 0) ? words : left;
    }

    private static boolean has(long[] words, int token) {
        return token / Long.SIZE < words.length && (words[token / Long.SIZE] >>> token & 1) != 0;
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
        if (answering && parts.calls()) {
            grammar.calls();
        }
    }

    private void answer(int token) {
        if (!answering) {
            answering = true;
            parts.answerBegins();
        }
        phase = Phase.ANSWER;
        grammar.accept(token);
        if (!grammar.mayCall()) {
            parts.textAlone();
        } else if (grammar.mustCall()) {
            parts.callsAlone();
        }
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
