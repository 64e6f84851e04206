package io.insula.inference.text.jinja;

import io.insula.inference.text.jinja.Value.None;
import io.insula.inference.text.jinja.Value.Sequence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings that cut a string into pieces. */
final class TextCuts {

    private static final String LINE_ENDS = "\n\r\u000b\u000c\u001c\u001d\u001e\u0085\u2028\u2029";

    private TextCuts() {}

    private static @Nullable String separator(Arguments arguments) {
        if (!(arguments.get(0, "sep", None.NONE) instanceof Text separator)) {
            return null;
        }
        if (separator.isEmpty()) {
            throw new TemplateFault("empty separator");
        }
        return separator.chars();
    }

    static Value split(Text text, Arguments arguments) {
        int limit = TextMethods.limit(arguments.getInt(1, "maxsplit", -1));
        String separator = separator(arguments);
        return Sequence.list(separator == null ? text.splitAtSpace(limit) : text.split(separator, limit));
    }

    static Value splitFromEnd(Text text, Arguments arguments) {
        int limit = TextMethods.limit(arguments.getInt(1, "maxsplit", -1));
        String separator = separator(arguments);
        List<Text> parts = new ArrayList<>();
        int to = text.chars().length();
        if (separator == null) {
            to = text.strip(false, true, "", true).chars().length();
            while (to > 0 && parts.size() < limit) {
                int from = to;
                while (from > 0 && !Text.isSpace(text.chars().charAt(from - 1))) {
                    from--;
                }
                parts.add(text.slice(from, to));
                to = text.slice(0, from).strip(false, true, "", true).chars().length();
            }
            if (to > 0) {
                parts.add(text.slice(0, to));
            }
        } else {
            int at = text.chars().lastIndexOf(separator, to - separator.length());
            while (at >= 0 && parts.size() < limit) {
                parts.add(text.slice(at + separator.length(), to));
                to = at;
                at = to < separator.length() ? -1 : text.chars().lastIndexOf(separator, to - separator.length());
            }
            parts.add(text.slice(0, to));
        }
        Collections.reverse(parts);
        return Sequence.list(parts);
    }

    static Value partition(Text text, Arguments arguments, boolean last) {
        Text given = arguments.requireText(0, "sep");
        String separator = given.chars();
        if (separator.isEmpty()) {
            throw new TemplateFault("empty separator");
        }
        int at = last ? text.chars().lastIndexOf(separator) : text.chars().indexOf(separator);
        if (at < 0) {
            return last ? Sequence.tuple(Text.EMPTY, Text.EMPTY, text) : Sequence.tuple(text, Text.EMPTY, Text.EMPTY);
        }
        int end = at + separator.length();
        return Sequence.tuple(
                text.slice(0, at),
                text.slice(at, end),
                text.slice(end, text.chars().length()));
    }

    static List<Text> lines(Text text, boolean keepEnds) {
        List<Text> lines = new ArrayList<>();
        String chars = text.chars();
        int from = 0;
        for (int i = 0; i < chars.length(); i++) {
            if (LINE_ENDS.indexOf(chars.charAt(i)) >= 0) {
                int end = i;
                if (chars.startsWith("\r\n", i)) {
                    i++;
                }
                lines.add(text.slice(from, keepEnds ? i + 1 : end));
                from = i + 1;
            }
        }
        if (from < chars.length()) {
            lines.add(text.slice(from, chars.length()));
        }
        return lines;
    }
}
