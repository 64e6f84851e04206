package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;
import io.insula.inference.grammar.schema.SchemaGraph;
import io.insula.inference.grammar.schema.Shape;
import io.insula.inference.grammar.schema.StringLanguage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Makes rules of shapes. */
final class RuleAssembly {

    private static final int QUOTE = '"';

    /** Estimated bytes of what a rule, a property and the like take. */
    private static final int RULE_BYTES = 200;

    private final BiFunction<ByteDfa, Workbench, DfaLexeme> lexemes;
    private final FreeString free;
    private final int longest;
    private final Workbench work;
    private long weight;

    /**
     * @param lexemes gives the same lexeme for the same automaton
     * @param longest bytes of the longest token
     */
    RuleAssembly(BiFunction<ByteDfa, Workbench, DfaLexeme> lexemes, FreeString free, int longest, Workbench work) {
        this.lexemes = lexemes;
        this.free = free;
        this.longest = longest;
        this.work = work;
    }

    /** The rule of the whole value. */
    ValueRule assemble(SchemaGraph graph) {
        List<ValueRule> rules = new ArrayList<>();
        graph.shapes().forEach(shape -> rules.add(new ValueRule()));
        for (int i = 0; i < rules.size(); i++) {
            fill(rules.get(i), graph.shapes().get(i), rules);
        }
        return rules.getFirst();
    }

    private void fill(ValueRule rule, Shape shape, List<ValueRule> rules) {
        weight += RULE_BYTES;
        rule.literals = lexeme(shape.literals());
        rule.numbers = lexeme(shape.numbers());
        rule.strings = strings(shape.strings());
        List<ValueRule.ArrayRule> arrays = new ArrayList<>();
        shape.arrays().forEach(items -> arrays.add(new ValueRule.ArrayRule(items, rules)));
        rule.arrays = List.copyOf(arrays);
        List<ObjectRule> objects = new ArrayList<>();
        for (Shape.Members members : shape.objects()) {
            weight += (long) RULE_BYTES * members.properties().size();
            for (Shape.Property property : members.properties()) {
                weight += property.spelled().bytes().length;
            }
            objects.add(new ObjectRule(members, rules, names(members.names())));
        }
        rule.objects = List.copyOf(objects);
    }

    private @Nullable Lexeme lexeme(@Nullable ByteDfa dfa) {
        return dfa == null ? null : of(dfa);
    }

    private DfaLexeme of(ByteDfa dfa) {
        return count(lexemes.apply(dfa, work));
    }

    /** Adds a lexeme to the weight. */
    DfaLexeme count(DfaLexeme lexeme) {
        weight += lexeme.weight();
        return lexeme;
    }

    private @Nullable Lexeme strings(@Nullable StringLanguage language) {
        return switch (language) {
            case null -> null;
            case StringLanguage.Any any when any.isEverything() -> free;
            case StringLanguage.Any any -> new CountedString(free, any.min(), any.max(), longest);
            case StringLanguage.Of of -> of(of.content().followedBy(QUOTE, work));
        };
    }

    private @Nullable Lexeme names(Shape.@Nullable Names names) {
        if (names == null) {
            return null;
        }
        ByteDfa language = names.language() == null ? Pattern.anything(Spelling.JSON, work) : names.language();
        return of(language.followedBy(QUOTE, work));
    }

    /** Estimated bytes of the rules and lexemes so far. */
    long weight() {
        return weight;
    }
}
