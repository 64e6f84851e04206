package io.insula.inference.grammar;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Begins a value at its first byte. */
final class Values {

    private Values() {}

    static @Nullable Cursor begin(Machine machine, List<ValueRule> rules, Frame frame, int value) {
        return switch (value) {
            case '"' -> lexemes(rules, frame, rule -> rule.strings);
            case '{' -> {
                List<ObjectFrame.Strand> strands = new ArrayList<>();
                for (int i = 0; i < rules.size(); i++) {
                    for (ObjectRule rule : rules.get(i).objects) {
                        strands.add(new ObjectFrame.Strand(i, rule, 0));
                    }
                }
                if (strands.isEmpty()) {
                    yield null;
                }
                yield ObjectFrame.open(machine, frame, strands);
            }
            case '[' -> {
                List<ArrayFrame.Strand> strands = new ArrayList<>();
                for (int i = 0; i < rules.size(); i++) {
                    for (ValueRule.ArrayRule rule : rules.get(i).arrays) {
                        strands.add(new ArrayFrame.Strand(i, rule));
                    }
                }
                if (strands.isEmpty()) {
                    yield null;
                }
                yield ArrayFrame.open(machine, frame, strands);
            }
            case 't', 'f', 'n' -> stepped(lexemes(rules, frame, rule -> rule.literals), value);
            default -> stepped(lexemes(rules, frame, rule -> rule.numbers), value);
        };
    }

    private static @Nullable Cursor stepped(@Nullable Cursor cursor, int value) {
        return cursor == null ? null : cursor.step(value, false);
    }

    private static @Nullable Cursor lexemes(
            List<ValueRule> rules, Frame frame, Function<ValueRule, @Nullable Lexeme> part) {
        List<LexemeCursor.Strand> strands = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            Lexeme lexeme = part.apply(rules.get(i));
            if (lexeme != null) {
                strands.add(new LexemeCursor.Strand(lexeme, lexeme.start(), i));
            }
        }
        return strands.isEmpty() ? null : new LexemeCursor(strands, frame);
    }
}
