package io.insula.inference.grammar.automaton;

import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A named set of characters as dialects of regular expressions understand it: what all of them put in, and what one of
 * them at least does. Python's {@code \w} has all letters of Unicode, ECMAScript's those of ASCII alone.
 *
 * @param narrow what every dialect has
 * @param wide what any dialect has
 */
record CharacterSets(CodePoints narrow, CodePoints wide) {

    private static final CodePoints LINE_ENDS = CodePoints.of("\n\r\u0085\u2028\u2029");
    private static final CodePoints ASCII_DIGITS = CodePoints.of('0', '9');
    private static final CodePoints ASCII_WORD =
            CodePoints.of('a', 'z').or(CodePoints.of('A', 'Z')).or(ASCII_DIGITS).or(CodePoints.of("_"));
    private static final CodePoints ASCII_SPACE = CodePoints.of("\t\n\u000b\f\r ");
    private static final CodePoints ANY_SPACE = ASCII_SPACE.or(
            CodePoints.of("\u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff\u001c\u001d\u001e\u001f")
                    .or(CodePoints.of(0x2000, 0x200a)));

    /** Long names of general categories, in ECMAScript's spelling without the underscore. */
    private static final Map<String, String> LONG_NAMES = Map.ofEntries(
            Map.entry("letter", "L"),
            Map.entry("uppercaseletter", "Lu"),
            Map.entry("lowercaseletter", "Ll"),
            Map.entry("titlecaseletter", "Lt"),
            Map.entry("modifierletter", "Lm"),
            Map.entry("otherletter", "Lo"),
            Map.entry("mark", "M"),
            Map.entry("number", "N"),
            Map.entry("decimalnumber", "Nd"),
            Map.entry("digit", "Nd"),
            Map.entry("punctuation", "P"),
            Map.entry("punct", "P"),
            Map.entry("symbol", "S"),
            Map.entry("separator", "Z"),
            Map.entry("spaceseparator", "Zs"));

    /** Two letters of each general category by {@link Character#getType}. */
    private static final String[] CATEGORIES = {
        "Cn", "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Me", "Mc", "Nd", "Nl", "No", "", "Zs", "Zl", "Zp", "Cc", "Cf", "",
        "Co", "Cs", "Pd", "Ps", "Pe", "Pc", "Po", "Sm", "Sc", "Sk", "So", "Pi", "Pf"
    };

    private static final Map<String, CodePoints> PROPERTIES = new ConcurrentHashMap<>();

    static final CharacterSets DOT = same(LINE_ENDS.negated());
    static final CharacterSets DIGIT = new CharacterSets(ASCII_DIGITS, property("Nd"));
    static final CharacterSets WORD = new CharacterSets(
            ASCII_WORD,
            ASCII_WORD.or(property("L")).or(property("N")).or(property("M")).or(property("Pc")));
    static final CharacterSets SPACE = new CharacterSets(ASCII_SPACE, ANY_SPACE);

    static CharacterSets same(CodePoints set) {
        return new CharacterSets(set, set);
    }

    CharacterSets or(CharacterSets other) {
        if (other.equals(negated())) {
            return same(CodePoints.ALL);
        }
        return new CharacterSets(narrow.or(other.narrow), wide.or(other.wide));
    }

    CharacterSets negated() {
        return new CharacterSets(wide.negated(), narrow.negated());
    }

    boolean exact() {
        return narrow.equals(wide);
    }

    /** A set named as in {@code \p{L}}; null where the name is unknown. */
    static @Nullable CharacterSets named(String name) {
        int equals = name.indexOf('=');
        String key = equals < 0 ? "" : name.substring(0, equals);
        String value = name.substring(equals + 1);
        if (key.equals("Script") || key.equals("sc") || key.equals("Script_Extensions") || key.equals("scx")) {
            try {
                Character.UnicodeScript script = Character.UnicodeScript.forName(value);
                return same(PROPERTIES.computeIfAbsent(
                        "script " + script, k -> CodePoints.matching(c -> Character.UnicodeScript.of(c) == script)));
            } catch (IllegalArgumentException e) {
                return null;
            }
        }
        if (!key.isEmpty() && !key.equals("General_Category") && !key.equals("gc")) {
            return null;
        }
        String category = LONG_NAMES.getOrDefault(value.replace("_", "").toLowerCase(Locale.ROOT), value);
        for (String known : CATEGORIES) {
            if (!known.isEmpty() && !category.isEmpty() && category.length() <= 2 && known.startsWith(category)) {
                return same(property(category));
            }
        }
        return null;
    }

    private static CodePoints property(String prefix) {
        return PROPERTIES.computeIfAbsent(
                prefix, k -> CodePoints.matching(c -> CATEGORIES[Character.getType(c)].startsWith(prefix)));
    }
}
