package io.insula.inference.text;

import io.insula.inference.text.jinja.RenderedPrompt;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Finds a model's special tokens in the text that its template wrote, and nowhere else.
 *
 * <p>A special token none of whose characters came from data is recognised, the longest first; the text between two of
 * them stays in one piece, whoever wrote it, because words are split across that border too.
 */
final class SpecialTokens {

    /** A piece of a prompt. */
    sealed interface Piece {

        /** Ordinary characters. */
        record Ordinary(String text) implements Piece {}

        /** One special token. */
        record Special(int token) implements Piece {}
    }

    private record Entry(String text, int id) {}

    private final Map<Character, List<Entry>> byFirst = new HashMap<>();
    /** The characters that begin one: few, so that most text is passed over without a look into the map. */
    private final BitSet firsts = new BitSet();

    SpecialTokens(TokenizerSpec spec) {
        spec.control().forEach(id -> add(spec.tokens().get(id), id));
        spec.userDefined().forEach(id -> add(spec.tokens().get(id), id));
        byFirst.values()
                .forEach(entries -> entries.sort(
                        Comparator.comparingInt((Entry entry) -> -entry.text().length())));
    }

    private void add(String text, int id) {
        if (!text.isEmpty()) {
            firsts.set(text.charAt(0));
            byFirst.computeIfAbsent(text.charAt(0), first -> new ArrayList<>()).add(new Entry(text, id));
        }
    }

    /** The special token of this text. */
    OptionalInt token(String text) {
        return text.isEmpty()
                ? OptionalInt.empty()
                : byFirst.getOrDefault(text.charAt(0), List.of()).stream()
                        .filter(entry -> entry.text().equals(text))
                        .mapToInt(Entry::id)
                        .findFirst();
    }

    List<Piece> split(RenderedPrompt prompt) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder ordinary = new StringBuilder();
        for (RenderedPrompt.Span span : prompt.spans()) {
            if (span.trusted()) {
                split(span.text(), ordinary, pieces);
            } else {
                ordinary.append(span.text());
            }
        }
        flush(ordinary, pieces);
        return pieces;
    }

    private void split(String text, StringBuilder ordinary, List<Piece> pieces) {
        int from = 0;
        for (int at = 0; at < text.length(); ) {
            Entry found = find(text, at);
            if (found == null) {
                at++;
                continue;
            }
            flush(ordinary.append(text, from, at), pieces);
            pieces.add(new Piece.Special(found.id()));
            at += found.text().length();
            from = at;
        }
        ordinary.append(text, from, text.length());
    }

    private @Nullable Entry find(String text, int at) {
        if (!firsts.get(text.charAt(at))) {
            return null;
        }
        for (Entry entry : byFirst.getOrDefault(text.charAt(at), List.of())) {
            if (text.startsWith(entry.text(), at)) {
                return entry;
            }
        }
        return null;
    }

    private static void flush(StringBuilder ordinary, List<Piece> pieces) {
        if (!ordinary.isEmpty()) {
            pieces.add(new Piece.Ordinary(ordinary.toString()));
            ordinary.setLength(0);
        }
    }
}
