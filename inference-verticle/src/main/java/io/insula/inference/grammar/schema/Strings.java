package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.AutomatonException;
import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes automata of what schemas say of strings, each pattern once.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class Strings {

    private final Formats formats;
    private final Workbench work;
    private final Map<String, ByteDfa> cache = new HashMap<>();

    Strings(Formats formats, Workbench work) {
        this.formats = formats;
        this.work = work;
    }

    Workbench work() {
        return work;
    }

    /** All strings, inside. */
    ByteDfa anything() {
        return cache.computeIfAbsent("any", key -> Pattern.anything(Spelling.JSON, work));
    }

    ByteDfa pattern(SchemaNode node, String keyword, String pattern) {
        return cached(
                node,
                keyword,
                "pattern " + pattern,
                () -> Pattern.parse(pattern).somewhere(Spelling.JSON, work));
    }

    private ByteDfa cached(SchemaNode node, String keyword, String key, java.util.function.Supplier<ByteDfa> maker) {
        ByteDfa known = cache.get(key);
        if (known == null) {
            known = blame(node, keyword, maker);
            cache.put(key, known);
        }
        return known;
    }

    /** Runs a step and says whose keyword it was when it fails. */
    static <T> T blame(SchemaNode node, String keyword, java.util.function.Supplier<T> step) {
        try {
            return step.get();
        } catch (AutomatonException e) {
            throw node.error(keyword, String.valueOf(e.getMessage()));
        }
    }

    boolean patternIsExact(SchemaNode node, SchemaNode.PatternTest test) {
        return blame(node, "pattern", () -> Pattern.parse(test.pattern()).exact());
    }

    /**
     * The strings that meet all the schemas.
     *
     * @param values the only strings that may be; null where there are no such
     * @param notValues those that must not be
     */
    StringLanguage language(List<SchemaNode> nodes, @Nullable List<String> values, List<String> notValues) {
        int min = 0;
        int max = SchemaNode.UNBOUNDED;
        ByteDfa content = values == null ? null : texts(values);
        SchemaNode narrowest = nodes.getFirst();
        for (SchemaNode node : nodes) {
            min = Math.max(min, node.minLength);
            if (node.maxLength < max) {
                max = node.maxLength;
                narrowest = node;
            }
            for (SchemaNode.PatternTest test : node.patterns) {
                ByteDfa pattern = pattern(node, "pattern", test.pattern());
                ByteDfa before = content == null && test.negated() ? anything() : content;
                content = blame(
                        node,
                        "pattern",
                        () -> test.negated()
                                ? Languages.difference(java.util.Objects.requireNonNull(before), pattern, work)
                                : both(before, pattern));
            }
            if (StringFormats.refused(node.format)) {
                throw node.error(
                        "format", "'" + node.format + "' is not supported (expected: " + StringFormats.names() + ")");
            }
            if (StringFormats.constrains(node.format)) {
                ByteDfa format = blame(node, "format", () -> formats.of(node.format));
                ByteDfa before = content;
                content = blame(node, "format", () -> both(before, format));
            }
        }
        if (!notValues.isEmpty()) {
            content = Languages.difference(content == null ? anything() : content, texts(notValues), work);
        }
        if (content == null) {
            return new StringLanguage.Any(min, max);
        }
        if (min == 0 && max == SchemaNode.UNBOUNDED) {
            return new StringLanguage.Of(content);
        }
        ByteDfa unmeasured = content;
        int from = min;
        int to = max;
        return new StringLanguage.Of(blame(
                narrowest,
                max == SchemaNode.UNBOUNDED ? "minLength" : "maxLength",
                () -> measured(unmeasured, from, to)));
    }

    private ByteDfa both(@Nullable ByteDfa first, ByteDfa second) {
        return first == null ? second : Languages.intersection(first, second, work);
    }

    /** The texts of so many code points; an automaton whose texts are all shorter is not multiplied out. */
    private ByteDfa measured(ByteDfa content, int min, int max) {
        if (min > max || content.isEmpty()) {
            return texts(List.of());
        }
        return Languages.intersection(content, ofLength(min, max), work);
    }

    private ByteDfa ofLength(int min, int max) {
        return cache.computeIfAbsent(
                "length " + min + " " + max,
                key -> Pattern.ofLength(min, max == SchemaNode.UNBOUNDED ? -1 : max, Spelling.JSON, work));
    }

    ByteDfa texts(List<String> texts) {
        return Languages.texts(texts.stream().map(Spelling.JSON::bytes).toList(), work);
    }

    /** The inside of strings as an automaton. */
    ByteDfa content(StringLanguage language) {
        return switch (language) {
            case StringLanguage.Of of -> of.content();
            case StringLanguage.Any any -> any.isEverything() ? anything() : measured(anything(), any.min(), any.max());
        };
    }

    /** The strings of any of several languages. */
    StringLanguage union(List<StringLanguage> languages) {
        List<StringLanguage> left = new ArrayList<>(languages);
        left.removeIf(StringLanguage::isEmpty);
        if (left.isEmpty()) {
            return new StringLanguage.Of(texts(List.of()));
        }
        for (StringLanguage language : left) {
            if (language.isEverything()) {
                return language;
            }
        }
        if (new java.util.HashSet<>(left).size() == 1) {
            return left.getFirst();
        }
        List<ByteDfa> contents = new ArrayList<>();
        for (StringLanguage language : left) {
            contents.add(content(language));
        }
        return new StringLanguage.Of(unionOf(contents));
    }

    /** Joins two by two, so that a product never has more than two factors. */
    private ByteDfa unionOf(List<ByteDfa> automata) {
        List<ByteDfa> level = automata;
        while (level.size() > 1) {
            List<ByteDfa> joined = new ArrayList<>();
            for (int i = 0; i + 1 < level.size(); i += 2) {
                joined.add(Languages.union(level.subList(i, i + 2), work).minimal(work));
            }
            if (level.size() % 2 == 1) {
                joined.add(level.getLast());
            }
            level = joined;
        }
        return level.getFirst();
    }

    /** Whether a text is one of a language. */
    boolean contains(StringLanguage language, String text) {
        return switch (language) {
            case StringLanguage.Any any -> {
                int length = text.codePointCount(0, text.length());
                yield length >= any.min() && length <= any.max();
            }
            case StringLanguage.Of of -> of.content().match(Spelling.JSON.bytes(text)) != ByteDfa.NONE;
        };
    }
}
