package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.RenderedPrompt.Span;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A string that knows of every character whether the template wrote it or data brought it.
 *
 * <p>Equality is that of the characters. Indexes of {@link #slice} are chars, those of {@link #at} and {@link #length} are
 * code points, as in Python.
 */
final class Text implements Value {

    static final Text EMPTY = new Text("", new BitSet(0), false);
    /** No text that a template builds may be longer. */
    static final int MAX_CHARS = 16 << 20;

    private final String chars;
    /** Set where a char came from data. */
    private final BitSet data;

    private final boolean markup;

    private Text(String chars, BitSet data, boolean markup) {
        this.chars = chars;
        this.data = data;
        this.markup = markup;
    }

    static Text template(String chars) {
        return new Text(chars, new BitSet(0), false);
    }

    static Text data(String chars) {
        BitSet data = new BitSet(chars.length());
        data.set(0, chars.length());
        return new Text(chars, data, false);
    }

    /** Whether it is HTML already, by the filter {@code safe}: what is added to it gets escaped, as Python does. */
    boolean isMarkup() {
        return markup;
    }

    Text markup(boolean wanted) {
        return markup == wanted ? this : new Text(chars, data, wanted);
    }

    /** As HTML: escaped unless it is HTML already. */
    Text escaped() {
        return markup ? this : map(Text::entity).markup(true);
    }

    private static @Nullable String entity(int character) {
        return switch (character) {
            case '&' -> "&amp;";
            case '<' -> "&lt;";
            case '>' -> "&gt;";
            case '\'' -> "&#39;";
            case '"' -> "&#34;";
            default -> null;
        };
    }

    String chars() {
        return chars;
    }

    boolean isEmpty() {
        return chars.isEmpty();
    }

    /** Code points. */
    int length() {
        return chars.codePointCount(0, chars.length());
    }

    /** The code point at a code point index. */
    Text at(int index) {
        int from = chars.offsetByCodePoints(0, index);
        return slice(from, from + Character.charCount(chars.codePointAt(from)));
    }

    Text slice(int from, int to) {
        return from == 0 && to == chars.length()
                ? this
                : new Text(chars.substring(from, to), data.get(from, to), markup);
    }

    List<Text> codePoints() {
        List<Text> all = new ArrayList<>(chars.length());
        for (int from = 0; from < chars.length(); ) {
            int to = from + Character.charCount(chars.codePointAt(from));
            all.add(slice(from, to).markup(false));
            from = to;
        }
        return all;
    }

    Text plus(Text other) {
        boolean html = markup || other.markup;
        return new Builder()
                .append(html ? escaped() : this)
                .append(html ? other.escaped() : other)
                .build()
                .markup(html);
    }

    /** What a code point becomes; null when it stays. */
    @FunctionalInterface
    interface CharacterMap {
        @Nullable
        String becomes(int character);
    }

    /** Maps every code point; what it becomes keeps its provenance. */
    Text map(CharacterMap mapping) {
        Builder mapped = new Builder();
        int kept = 0;
        int from = 0;
        while (from < chars.length()) {
            int character = chars.codePointAt(from);
            int to = from + Character.charCount(character);
            String becomes = mapping.becomes(character);
            if (becomes != null) {
                mapped.append(slice(kept, from)).append(becomes, data.get(from));
                kept = to;
            }
            from = to;
        }
        return kept == 0 ? this : mapped.append(slice(kept, from)).build().markup(markup);
    }

    /** Strips whitespace, or the given characters, from either end. */
    Text strip(boolean left, boolean right, String characters, boolean whitespace) {
        int from = 0;
        int to = chars.length();
        while (left && from < to && strippable(chars.charAt(from), characters, whitespace)) {
            from++;
        }
        while (right && from < to && strippable(chars.charAt(to - 1), characters, whitespace)) {
            to--;
        }
        return slice(from, to);
    }

    private static boolean strippable(char character, String characters, boolean whitespace) {
        return whitespace ? isSpace(character) : characters.indexOf(character) >= 0;
    }

    /** Whitespace as Python's {@code str.isspace}. */
    static boolean isSpace(int character) {
        return Character.isWhitespace(character) || Character.isSpaceChar(character) || character == 0x85;
    }

    Text replace(String searched, Text replacement, int limit) {
        Builder replaced = new Builder();
        int from = 0;
        int count = 0;
        if (searched.isEmpty()) {
            for (Text character : codePoints()) {
                if (count++ < limit) {
                    replaced.append(replacement);
                }
                replaced.append(character);
            }
            return (count < limit ? replaced.append(replacement) : replaced).build();
        }
        for (int at = chars.indexOf(searched); at >= 0 && count < limit; at = chars.indexOf(searched, from)) {
            replaced.append(slice(from, at)).append(replacement);
            from = at + searched.length();
            count++;
        }
        return replaced.append(slice(from, chars.length())).build();
    }

    /** Splits at a separator that is not empty, at most {@code limit} times. */
    List<Text> split(String separator, int limit) {
        List<Text> parts = new ArrayList<>();
        int from = 0;
        for (int at = chars.indexOf(separator); at >= 0 && parts.size() < limit; at = chars.indexOf(separator, from)) {
            parts.add(slice(from, at));
            from = at + separator.length();
        }
        parts.add(slice(from, chars.length()));
        return parts;
    }

    /** Splits at runs of whitespace, ignoring them at both ends. */
    List<Text> splitAtSpace(int limit) {
        List<Text> parts = new ArrayList<>();
        int from = 0;
        while (true) {
            while (from < chars.length() && isSpace(chars.charAt(from))) {
                from++;
            }
            if (from == chars.length()) {
                return parts;
            }
            int to = from;
            while (to < chars.length() && (parts.size() == limit || !isSpace(chars.charAt(to)))) {
                to++;
            }
            Text part = slice(from, to);
            parts.add(part);
            from = to;
        }
    }

    List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        for (int from = 0; from < chars.length(); ) {
            boolean trusted = !data.get(from);
            int next = trusted ? data.nextSetBit(from) : data.nextClearBit(from);
            int to = next < 0 ? chars.length() : Math.min(next, chars.length());
            spans.add(new Span(chars.substring(from, to), trusted));
            from = to;
        }
        return spans;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Text that && chars.equals(that.chars);
    }

    @Override
    public int hashCode() {
        return chars.hashCode();
    }

    @Override
    public String toString() {
        return chars;
    }

    /** Collects text and its provenance, up to a bound. */
    static final class Builder {

        private final StringBuilder chars = new StringBuilder();
        private final BitSet data = new BitSet();
        private final int limit;

        Builder() {
            this(MAX_CHARS);
        }

        Builder(int limit) {
            this.limit = limit;
        }

        Builder append(Text text) {
            int from = chars.length();
            grow(text.chars);
            for (int at = text.data.nextSetBit(0); at >= 0; ) {
                int end = text.data.nextClearBit(at);
                data.set(from + at, from + end);
                at = text.data.nextSetBit(end);
            }
            return this;
        }

        /** Appends text that the template is responsible for. */
        Builder append(String text) {
            grow(text);
            return this;
        }

        Builder append(String text, boolean fromData) {
            int from = chars.length();
            grow(text);
            data.set(from, chars.length(), fromData);
            return this;
        }

        int length() {
            return chars.length();
        }

        Text build() {
            return new Text(chars.toString(), (BitSet) data.clone(), false);
        }

        private void grow(String text) {
            if (text.length() > limit - chars.length()) {
                throw new TemplateFault("the text is longer than " + limit + " characters");
            }
            chars.append(text);
        }
    }
}
