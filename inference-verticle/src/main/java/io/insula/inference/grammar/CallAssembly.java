package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.AutomatonException;
import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the fixed texts of tool calls into lexemes. */
final class CallAssembly {

    private static final String ANY = "[^]";

    /** What {@link Character#isWhitespace(char)} says is such: what reads the answer asks that. */
    private static final String WHITE_SPACE =
            "[\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]";

    private final GrammarSource.ToolCalls source;
    private final Function<ByteDfa, Lexeme> lexemes;
    private final Workbench work;

    CallAssembly(GrammarSource.ToolCalls source, Function<ByteDfa, Lexeme> lexemes, Workbench work) {
        this.source = source;
        this.lexemes = lexemes;
        this.work = work;
    }

    ToolCallFrame.Calls assemble(List<ValueRule> arguments) {
        GrammarSource.CallForm form = source.form();
        String last = form.after() + form.closing();
        return new ToolCallFrame.Calls(
                freeText(),
                lead(),
                names(),
                texts(List.of(last, form.after() + form.separator() + form.before())),
                texts(List.of(last)),
                arguments,
                source.marker(),
                source.maxCalls());
    }

    private @Nullable Lexeme lead() {
        String lead = source.form().opening() + source.form().before();
        return lead.isEmpty()
                ? null
                : lexemes.apply(Languages.texts(List.of(lead.getBytes(StandardCharsets.UTF_8)), work)
                        .retagged(ignored -> ToolCallFrame.LEADS, work));
    }

    /** Any text; without a marker a call begins where the lead is written for the first time. */
    private @Nullable Lexeme freeText() {
        if (!source.freeText()) {
            return null;
        }
        ByteDfa anything = Pattern.anything(Spelling.RAW, work);
        if (source.marker() >= 0) {
            return lexemes.apply(anything);
        }
        String lead = source.form().opening() + source.form().before();
        if (lead.isEmpty()) {
            throw new AutomatonException("free text before calls needs a text that begins them");
        }
        String leading = leading(lead);
        ByteDfa ending = whole(leading);
        ByteDfa without = Languages.difference(anything, whole(leading + ANY + "*"), work);
        ByteDfa first = Languages.difference(ending, whole(leading + ANY + "+"), work);
        return lexemes.apply(Languages.product(
                List.of(without, first),
                new boolean[2],
                tags -> tags[1] != ByteDfa.NONE
                        ? ToolCallFrame.LEADS
                        : tags[0] != ByteDfa.NONE ? ToolCallFrame.ENDS : ByteDfa.NONE,
                work));
    }

    /** An expression of the texts that end where a call has begun. */
    private String leading(String lead) {
        String tag = source.form().tag();
        return tag.isEmpty()
                ? ANY + "*" + quoted(lead)
                : "(?:" + WHITE_SPACE + "*" + quoted(lead) + "|" + ANY + "*" + quoted(tag + lead) + ")";
    }

    private ByteDfa whole(String expression) {
        return Pattern.parse(expression).whole(Spelling.RAW, work);
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder();
        text.codePoints().forEach(c -> quoted.append(String.format("\\u{%x}", c)));
        return quoted.toString();
    }

    private Lexeme names() {
        List<String> texts = new ArrayList<>();
        for (GrammarSource.Tool tool : source.tools()) {
            texts.add(tool.name() + source.form().between());
        }
        if (new HashSet<>(texts).size() < texts.size()) {
            throw new AutomatonException("two tools have the same name");
        }
        for (String one : texts) {
            for (String other : texts) {
                if (!one.equals(other) && other.startsWith(one)) {
                    throw new AutomatonException("the name of one tool is the beginning of another's call");
                }
            }
        }
        return texts(texts);
    }

    /** The tag of each text is its place. */
    private Lexeme texts(List<String> texts) {
        ByteDfa dfa = Languages.texts(
                texts.stream()
                        .map(text -> text.getBytes(StandardCharsets.UTF_8))
                        .toList(),
                work);
        if (dfa.isEmpty()) {
            throw new AutomatonException("the vocabulary cannot write the texts around calls");
        }
        return lexemes.apply(dfa);
    }
}
