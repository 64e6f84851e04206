package io.insula.inference.grammar;

import io.insula.inference.grammar.automaton.ByteDfa;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * One lexeme for equal automata, so that grammars share masks; when the room is full, those go that were not used for
 * longest.
 *
 * <p><b>Thread:</b> any.
 */
final class LexemeShelf {

    private static final long ENTRY_BYTES = 256;
    /** Large ones are not worth the room. */
    private static final int LARGEST = 65_536;

    private final long maxBytes;
    private final Map<ByteDfa, DfaLexeme> lexemes = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    LexemeShelf(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Makes it outside the lock: two that ask at once for the same may both make it. */
    DfaLexeme get(ByteDfa dfa, Supplier<DfaLexeme> maker) {
        if (dfa.weight() > LARGEST) {
            return maker.get();
        }
        synchronized (this) {
            DfaLexeme known = lexemes.get(dfa);
            if (known != null) {
                return known;
            }
        }
        DfaLexeme made = maker.get();
        synchronized (this) {
            DfaLexeme earlier = lexemes.putIfAbsent(dfa, made);
            if (earlier != null) {
                return earlier;
            }
            bytes += ENTRY_BYTES + made.weight();
            var eldest = lexemes.values().iterator();
            while (bytes > maxBytes && eldest.hasNext()) {
                bytes -= ENTRY_BYTES + eldest.next().weight();
                eldest.remove();
            }
            return made;
        }
    }

    synchronized long bytes() {
        return bytes;
    }
}
