package io.insula.inference.grammar.automaton;

/** Reads what stands for one character: escapes and classes in brackets. */
final class RegexClassParser {

    private static final int HIGH_SURROGATES = 0xD800;
    private static final int LOW_SURROGATES = 0xDC00;
    private static final int SURROGATES = 0x400;

    private final RegexParser in;

    RegexClassParser(RegexParser in) {
        this.in = in;
    }

    /** A class in brackets. */
    CharacterSets parse() {
        in.skip(1);
        boolean negated = in.peek() == '^';
        if (negated) {
            in.skip(1);
        }
        CharacterSets set = CharacterSets.same(CodePoints.NONE);
        while (in.peek() != ']') {
            if (in.peek() < 0) {
                throw in.unexpected("a class without end");
            }
            CharacterSets from = member();
            if (in.peek() == '-' && in.peek(1) != ']' && in.peek(1) >= 0) {
                int first = single(from);
                if (first >= 0) {
                    in.skip(1);
                    int last = single(member());
                    if (last < first) {
                        throw in.unexpected("a range that runs backwards or to a class");
                    }
                    from = CharacterSets.same(CodePoints.of(first, last));
                }
            }
            set = set.or(from);
        }
        in.skip(1);
        return negated ? set.negated() : set;
    }

    private CharacterSets member() {
        int c = in.peek();
        if (c != '\\') {
            in.skip(1);
            return of(c);
        }
        if (in.peek(1) == 'b') {
            in.skip(2);
            return of('\b');
        }
        return escape();
    }

    private static int single(CharacterSets sets) {
        CodePoints set = sets.narrow();
        return set.ranges() == 1 && set.first(0) == set.last(0) && sets.exact() ? set.first(0) : -1;
    }

    /** An escape that stands for one of some characters. */
    CharacterSets escape() {
        int letter = in.peek(1);
        if (letter < 0) {
            throw in.unexpected("a backslash at its end");
        }
        in.skip(2);
        return switch (letter) {
            case 'd' -> CharacterSets.DIGIT;
            case 'D' -> CharacterSets.DIGIT.negated();
            case 'w' -> CharacterSets.WORD;
            case 'W' -> CharacterSets.WORD.negated();
            case 's' -> CharacterSets.SPACE;
            case 'S' -> CharacterSets.SPACE.negated();
            case 'p' -> property();
            case 'P' -> property().negated();
            case 't' -> of('\t');
            case 'n' -> of('\n');
            case 'r' -> of('\r');
            case 'f' -> of('\f');
            case 'v' -> of(0x0b);
            case 'a' -> throw in.unexpected("the escape \\a, which dialects read differently");
            case '0' -> of(0);
            case 'c' -> control();
            case 'x' -> of(hex(2));
            case 'u' -> of(unicode());
            default -> {
                if ((letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z')) {
                    throw in.unexpected("an unknown escape \\" + Character.toString(letter));
                }
                yield of(letter);
            }
        };
    }

    private CharacterSets of(int codePoint) {
        if (codePoint >= HIGH_SURROGATES && codePoint < LOW_SURROGATES + SURROGATES) {
            throw in.unexpected("half of a surrogate pair");
        }
        return CharacterSets.same(CodePoints.of(codePoint, codePoint));
    }

    private CharacterSets control() {
        int letter = in.peek();
        if (letter < 'A' || letter > 'Z') {
            throw in.unexpected("the escape \\c without a capital letter, which dialects read differently");
        }
        in.skip(1);
        return of(letter % 32);
    }

    private int unicode() {
        if (in.peek() == '{') {
            in.skip(1);
            int value = 0;
            int digits = 0;
            while (in.peek() != '}') {
                value = value * 16 + digit();
                if (++digits > 6) {
                    throw in.unexpected("a code point beyond Unicode");
                }
            }
            in.skip(1);
            if (digits == 0 || value > Character.MAX_CODE_POINT) {
                throw in.unexpected("a code point beyond Unicode");
            }
            return value;
        }
        int unit = hex(4);
        if (unit >= HIGH_SURROGATES && unit < LOW_SURROGATES && in.peek() == '\\' && in.peek(1) == 'u') {
            in.skip(2);
            int low = hex(4);
            if (low < LOW_SURROGATES || low >= LOW_SURROGATES + SURROGATES) {
                throw in.unexpected("half of a surrogate pair");
            }
            return Character.toCodePoint((char) unit, (char) low);
        }
        return unit;
    }

    private int hex(int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) {
            value = value * 16 + digit();
        }
        return value;
    }

    private int digit() {
        int digit = in.peek() < 0 ? -1 : Character.digit(in.peek(), 16);
        if (digit < 0) {
            throw in.unexpected("a character that is no hexadecimal digit");
        }
        in.skip(1);
        return digit;
    }

    private CharacterSets property() {
        StringBuilder name = new StringBuilder();
        if (in.peek() == '{') {
            in.skip(1);
            while (in.peek() != '}') {
                if (in.peek() < 0) {
                    throw in.unexpected("a property without end");
                }
                name.appendCodePoint(in.peek());
                in.skip(1);
            }
            in.skip(1);
        } else if (in.peek() >= 0) {
            name.appendCodePoint(in.peek());
            in.skip(1);
        }
        CharacterSets set = CharacterSets.named(name.toString());
        if (set == null) {
            throw in.unexpected("an unknown property '" + name + "' (expected: a general category or Script=...)");
        }
        return set;
    }
}
