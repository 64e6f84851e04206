package io.insula.inference.grammar;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps compiled grammars, and why others cannot be compiled; when the room is full, those go that were not used for longest.
 *
 * <p><b>Thread:</b> any. Who asks for what another thread is compiling waits for that.
 */
final class GrammarShelf {

    private static final long ENTRY_BYTES = 1024;
    /** A grammar that would fill more than a fourth of the room is not kept. */
    private static final int LARGEST_SHARE = 4;

    /** A grammar, or why there is none. */
    private sealed interface Outcome {
        long weight();

        CompiledGrammar grammar();

        record Compiled(CompiledGrammar grammar) implements Outcome {
            @Override
            public long weight() {
                return grammar.weight();
            }
        }

        record Refused(GrammarException reason) implements Outcome {
            @Override
            public long weight() {
                return 2L * String.valueOf(reason.getMessage()).length();
            }

            @Override
            public CompiledGrammar grammar() {
                throw reason;
            }
        }
    }

    private final long maxBytes;
    private final Map<GrammarSource, Outcome> outcomes = new LinkedHashMap<>(16, 0.75f, true);
    private final Map<GrammarSource, CompletableFuture<Outcome>> compiling = new HashMap<>();
    private long bytes;

    GrammarShelf(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    CompiledGrammar get(GrammarSource source, Supplier<CompiledGrammar> compiler) {
        CompletableFuture<Outcome> made;
        synchronized (this) {
            Outcome known = outcomes.get(source);
            if (known != null) {
                return known.grammar();
            }
            made = compiling.get(source);
            if (made == null) {
                compiling.put(source, new CompletableFuture<>());
            }
        }
        return made == null ? compile(source, compiler).grammar() : joined(made).grammar();
    }

    private static Outcome joined(CompletableFuture<Outcome> made) {
        try {
            return made.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("another thread could not compile the same grammar", e.getCause());
        }
    }

    private Outcome compile(GrammarSource source, Supplier<CompiledGrammar> compiler) {
        try {
            Outcome outcome = outcome(compiler);
            finished(source, outcome).complete(outcome);
            return outcome;
        } catch (Throwable e) {
            finished(source, null).completeExceptionally(e);
            throw e;
        }
    }

    private static Outcome outcome(Supplier<CompiledGrammar> compiler) {
        try {
            return new Outcome.Compiled(compiler.get());
        } catch (GrammarException e) {
            return new Outcome.Refused(e);
        }
    }

    private synchronized CompletableFuture<Outcome> finished(GrammarSource source, @Nullable Outcome outcome) {
        if (outcome != null && weight(source, outcome) <= maxBytes / LARGEST_SHARE) {
            outcomes.put(source, outcome);
            bytes += weight(source, outcome);
            var eldest = outcomes.entrySet().iterator();
            while (bytes > maxBytes && eldest.hasNext()) {
                var entry = eldest.next();
                bytes -= weight(entry.getKey(), entry.getValue());
                eldest.remove();
            }
        }
        return Objects.requireNonNull(compiling.remove(source));
    }

    private static long weight(GrammarSource source, Outcome outcome) {
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
        return ENTRY_BYTES + 2 * text + outcome.weight();
    }

    synchronized long bytes() {
        return bytes;
    }

    synchronized int size() {
        return outcomes.size();
    }
}
