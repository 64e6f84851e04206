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
                List<ObjectFrame.Thread> threads = new ArrayList<>();
                for (int i = 0; i < rules.size(); i++) {
                    for (ObjectRule rule : rules.get(i).objects) {
                        threads.add(new ObjectFrame.Thread(i, rule, 0));
                    }
                }
                yield threads.isEmpty() ? null : ObjectFrame.open(machine, frame, threads);
            }
            case '[' -> {
                List<ArrayFrame.Thread> threads = new ArrayList<>();
                for (int i = 0; i < rules.size(); i++) {
                    for (ValueRule.ArrayRule rule : rules.get(i).arrays) {
                        threads.add(new ArrayFrame.Thread(i, rule));
                    }
                }
                yield threads.isEmpty() ? null : ArrayFrame.open(machine, frame, threads);
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
        List<LexemeCursor.Thread> threads = new ArrayList<>(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            Lexeme lexeme = part.apply(rules.get(i));
            if (lexeme != null) {
                threads.add(new LexemeCursor.Thread(lexeme, lexeme.start(), i));
            }
        }
        return threads.isEmpty() ? null : new LexemeCursor(threads, frame);
    }
}
