package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes automata of what schemas say of numbers. Where they say nothing, a number may have an exponent of two digits;
 * where they do, it is written without. The digits before and after the point are bounded; integers are never
 * written {@code -0}.
 *
 * <p><b>Thread:</b> one at a time.
 */
final class Numerals {

    /** Numbers of so many digits can be divided by readers that compute with doubles. */
    private static final int EXACT_DIGITS = 15;

    private final Workbench work;
    private final int integerDigits;
    private final int fractionDigits;
    private final Map<NumberConstraint, ByteDfa> cache = new HashMap<>();

    Numerals(Workbench work, SchemaLimits limits) {
        this.work = work;
        this.integerDigits = limits.integerDigits();
        this.fractionDigits = limits.fractionDigits();
    }

    ByteDfa language(NumberConstraint constraint) {
        ByteDfa known = cache.get(constraint);
        if (known == null) {
            known = build(constraint);
            cache.put(constraint, known);
        }
        return known;
    }

    private ByteDfa build(NumberConstraint constraint) {
        int wholeDigits = integerDigits;
        for (BigDecimal of : constraint.multiples()) {
            wholeDigits = Math.min(
                    wholeDigits, EXACT_DIGITS - Math.max(of.stripTrailingZeros().scale(), 0));
        }
        wholeDigits = Math.max(wholeDigits, 1);
        String natural = "(?:0|[1-9]\\d{0," + (wholeDigits - 1) + "})";
        String integer = "(?:0|-?[1-9]\\d{0," + (wholeDigits - 1) + "})";
        if (constraint.equals(NumberConstraint.NONE)) {
            return syntax("-?" + natural + "(?:\\.\\d{1," + fractionDigits + "})?(?:[eE][+-]?\\d{1,2})?");
        }
        ByteDfa dfa =
                syntax(constraint.integers() ? integer : "-?" + natural + "(?:\\.\\d{1," + fractionDigits + "})?");
        if (constraint.min() != null) {
            dfa = and(
                    dfa,
                    new NumeralComparison(
                            constraint.min().value(), true, constraint.min().exclusive()));
        }
        if (constraint.max() != null) {
            dfa = and(
                    dfa,
                    new NumeralComparison(
                            constraint.max().value(), false, constraint.max().exclusive()));
        }
        for (BigDecimal of : constraint.multiples()) {
            dfa = Languages.intersection(dfa, multiples(of), work);
        }
        for (BigDecimal of : constraint.notMultiples()) {
            dfa = Languages.difference(dfa, multiples(of), work);
        }
        for (BigDecimal value : constraint.notEqual()) {
            ByteDfa equal = and(
                    and(dfa, new NumeralComparison(value, true, false)), new NumeralComparison(value, false, false));
            dfa = Languages.difference(dfa, equal, work);
        }
        return dfa.minimal(work);
    }

    private ByteDfa syntax(String expression) {
        return Pattern.parse(expression).whole(Spelling.RAW, work).minimal(work);
    }

    private ByteDfa and(ByteDfa dfa, NumeralComparison comparison) {
        return Languages.intersection(dfa, Languages.explore(comparison, work).minimal(work), work);
    }

    private ByteDfa multiples(BigDecimal of) {
        return Languages.explore(new NumeralMultiple(of, fractionDigits), work).minimal(work);
    }

    /** Numbers as they are. */
    ByteDfa texts(List<BigDecimal> values) {
        return Languages.texts(
                values.stream()
                        .map(value -> value.toPlainString().getBytes(StandardCharsets.US_ASCII))
                        .toList(),
                work);
    }
}
