package io.insula.inference.grammar.automaton;

import java.util.ArrayList;
import java.util.List;

/**
 * Reads the regular part of ECMAScript's and Python's regular expressions.
 *
 * <p>Where the dialects differ, for example on which letters {@code \w} has, it takes what all of them match, so that a
 * text is valid whichever of them checks it.
 *
 * <p><b>Errors:</b> {@link AutomatonException} with the position and the name of what is not supported.
 */
final class RegexParser {

    private static final int MAX_DEPTH = 100;
    private static final int MAX_REPEAT = 100_000;

    private final int[] text;
    private int at;
    private int depth;
    private boolean exact = true;

    private RegexParser(String pattern) {
        this.text = pattern.codePoints().toArray();
    }

    /**
     * @param exact whether all dialects agree on every character
     */
    record Parsed(Regex regex, boolean exact) {}

    static Parsed parse(String pattern) {
        RegexParser parser = new RegexParser(pattern);
        Regex regex = parser.choice();
        if (parser.at < parser.text.length) {
            throw parser.unexpected("an unmatched ')'");
        }
        return new Parsed(regex, parser.exact);
    }

    private Regex choice() {
        if (++depth > MAX_DEPTH) {
            throw new AutomatonException("has more than " + MAX_DEPTH + " nested groups");
        }
        List<Regex> parts = new ArrayList<>();
        parts.add(sequence());
        while (peek() == '|') {
            at++;
            parts.add(sequence());
        }
        depth--;
        return parts.size() == 1 ? parts.getFirst() : new Regex.Choice(parts);
    }

    private Regex sequence() {
        List<Regex> parts = new ArrayList<>();
        while (at < text.length && peek() != '|' && peek() != ')') {
            parts.add(quantified());
        }
        return parts.size() == 1 ? parts.getFirst() : new Regex.Sequence(parts);
    }

    private Regex quantified() {
        Regex atom = atom();
        boolean quantified = false;
        while (at < text.length) {
            int min;
            int max;
            switch (peek()) {
                case '*' -> {
                    min = 0;
                    max = Regex.UNBOUNDED;
                    at++;
                }
                case '+' -> {
                    min = 1;
                    max = Regex.UNBOUNDED;
                    at++;
                }
                case '?' -> {
                    min = 0;
                    max = 1;
                    at++;
                }
                default -> {
                    int[] bounds = peek() == '{' ? bounds() : new int[0];
                    if (bounds.length == 0) {
                        return atom;
                    }
                    min = bounds[0];
                    max = bounds[1];
                }
            }
            if (quantified) {
                throw unexpected("a quantifier after a quantifier");
            }
            quantified = true;
            if (peek() == '?') {
                at++;
            } else if (peek() == '+') {
                throw unexpected("a possessive quantifier, which is not supported");
            }
            atom = new Regex.Repeat(atom, min, max);
        }
        return atom;
    }

    /** The bounds of {@code {2,3}}; nothing where the brace is an ordinary character. */
    private int[] bounds() {
        int from = at;
        at++;
        int min = number();
        int max = min;
        if (min >= 0 && peek() == ',') {
            at++;
            max = peek() == '}' ? Regex.UNBOUNDED : number();
            if (max < 0 && peek() != '}') {
                min = -1;
            }
        }
        if (min < 0 || peek() != '}') {
            at = from;
            return new int[0];
        }
        at++;
        if (max != Regex.UNBOUNDED && max < min) {
            throw unexpected("a quantifier whose most is less than its least");
        }
        return new int[] {min, max};
    }

    private int number() {
        int from = at;
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            value = Math.min(value * 10 + peek() - '0', Integer.MAX_VALUE);
            at++;
        }
        if (value > MAX_REPEAT) {
            throw new AutomatonException("repeats more than " + MAX_REPEAT + " times at " + from);
        }
        return at == from ? -1 : (int) value;
    }

    private Regex atom() {
        int c = text[at];
        return switch (c) {
            case '(' -> group();
            case '[' -> chars(new RegexClassParser(this).parse());
            case '.' -> {
                at++;
                yield chars(CharacterSets.DOT);
            }
            case '^' -> {
                at++;
                yield new Regex.Start();
            }
            case '$' -> {
                at++;
                yield new Regex.End();
            }
            case '\\' -> escape();
            case '*', '+', '?' -> throw unexpected("a quantifier after nothing");
            default -> {
                if (c == '{' && bounds().length > 0) {
                    throw unexpected("a quantifier after nothing");
                }
                at++;
                yield new Regex.Chars(CodePoints.of(c, c));
            }
        };
    }

    private Regex group() {
        at++;
        if (peek() == '?') {
            at++;
            if (peek() == ':') {
                at++;
            } else {
                name();
            }
        }
        Regex inner = choice();
        if (peek() != ')') {
            throw unexpected("a group without end");
        }
        at++;
        return inner;
    }

    private void name() {
        if (peek() == 'P') {
            at++;
            if (peek() == '=') {
                throw unexpected("a back reference, which is not supported");
            }
        }
        int next = at + 1 < text.length ? text[at + 1] : -1;
        switch (peek()) {
            case '=', '!' -> throw unexpected("a look-ahead, which is not supported");
            case '>' -> throw unexpected("an atomic group, which is not supported");
            case '(' -> throw unexpected("a conditional, which is not supported");
            case '<' -> {
                if (next == '=' || next == '!') {
                    throw unexpected("a look-behind, which is not supported");
                }
                while (at < text.length && peek() != '>') {
                    at++;
                }
                at++;
            }
            default -> throw unexpected("a flag or a group of a kind that is not supported");
        }
    }

    private Regex escape() {
        int letter = at + 1 < text.length ? text[at + 1] : -1;
        return switch (letter) {
            case 'b', 'B' -> throw unexpected("a word boundary, which is not supported");
            case 'k', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                throw unexpected("a back reference, which is not supported");
            case 'A' -> {
                at += 2;
                yield new Regex.Start();
            }
            case 'Z', 'z' -> {
                at += 2;
                yield new Regex.End();
            }
            default -> chars(new RegexClassParser(this).escape());
        };
    }

    private Regex chars(CharacterSets sets) {
        exact &= sets.exact();
        return new Regex.Chars(sets.narrow());
    }

    /** The character at hand, {@code -1} at the end. */
    int peek() {
        return at < text.length ? text[at] : -1;
    }

    int peek(int ahead) {
        return at + ahead < text.length ? text[at + ahead] : -1;
    }

    void skip(int characters) {
        at += characters;
    }

    AutomatonException unexpected(String what) {
        return new AutomatonException("has " + what + ", at character " + Math.min(at, text.length));
    }
}
