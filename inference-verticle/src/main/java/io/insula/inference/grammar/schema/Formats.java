package io.insula.inference.grammar.schema;

import io.insula.inference.grammar.automaton.ByteDfa;
import io.insula.inference.grammar.automaton.Languages;
import io.insula.inference.grammar.automaton.Pattern;
import io.insula.inference.grammar.automaton.Spelling;
import io.insula.inference.grammar.automaton.Workbench;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The automata of string formats for one alphabet, each made when it is asked for first.
 *
 * <p><b>Thread:</b> any.
 */
public final class Formats {

    private final Supplier<Workbench> workbenches;
    private final Map<String, ByteDfa> automata = new ConcurrentHashMap<>();

    /**
     * Formats that are not made yet.
     *
     * @param workbenches gives a fresh one for each format: its work is not that of the schema that asks first
     */
    public Formats(Supplier<Workbench> workbenches) {
        this.workbenches = workbenches;
    }

    /** The strings of a format, inside. */
    ByteDfa of(String format) {
        return automata.computeIfAbsent(format, this::make);
    }

    private ByteDfa make(String format) {
        Workbench work = workbenches.get();
        @Nullable ByteDfa all = null;
        for (String expression : StringFormats.expressions(format)) {
            ByteDfa one = Pattern.parse(expression).whole(Spelling.JSON, work).minimal(work);
            all = all == null ? one : Languages.intersection(all, one, work);
        }
        if (all == null) {
            throw new IllegalArgumentException("format '" + format + "' (expected: " + StringFormats.names() + ")");
        }
        return all.minimal(work);
    }
}
