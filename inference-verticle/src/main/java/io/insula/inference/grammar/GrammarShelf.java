package io.insula.inference.grammar;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Keeps compiled grammars; when the room is full, those go that were not used for longest. */
final class GrammarShelf {

    private static final long ENTRY_BYTES = 1024;
    /** A grammar that would fill more than a fourth of the room is not kept. */
    private static final int LARGEST_SHARE = 4;

    private final long maxBytes;
    private final Map<GrammarSource, CompiledGrammar> grammars = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    GrammarShelf(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Compiles outside the lock: two that ask at once for the same may both compile. */
    CompiledGrammar get(GrammarSource source, Supplier<CompiledGrammar> compiler) {
        synchronized (this) {
            CompiledGrammar known = grammars.get(source);
            if (known != null) {
                return known;
            }
        }
        CompiledGrammar made = compiler.get();
        synchronized (this) {
            CompiledGrammar earlier = grammars.get(source);
            if (earlier != null) {
                return earlier;
            }
            if (weight(source, made) > maxBytes / LARGEST_SHARE) {
                return made;
            }
            grammars.put(source, made);
            bytes += weight(source, made);
            var eldest = grammars.entrySet().iterator();
            while (bytes > maxBytes && eldest.hasNext()) {
                var entry = eldest.next();
                bytes -= weight(entry.getKey(), entry.getValue());
                eldest.remove();
            }
            return made;
        }
    }

    private static long weight(GrammarSource source, CompiledGrammar grammar) {
        long text = switch (source) {
            case GrammarSource.JsonObject ignored -> 0;
            case GrammarSource.JsonSchema schema -> schema.schema().length();
            case GrammarSource.Regex regex -> regex.pattern().length();
            case GrammarSource.Choice choice ->
                choice.texts().stream().mapToLong(String::length).sum();
            case GrammarSource.ToolCalls calls ->
                calls.tools().stream()
                        .mapToLong(tool -> tool.parameters().length())
                        .sum();
        };
        return ENTRY_BYTES + 2 * text + grammar.weight();
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized int size() {
        return grammars.size();
    }
}
