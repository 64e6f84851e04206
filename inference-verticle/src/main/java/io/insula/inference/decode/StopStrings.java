package io.insula.inference.decode;

import java.util.List;

/**
 * Ends a text before the first stop string that becomes complete in it.
 *
 * <p>Text is held back only while it could be the beginning of a stop string. The result depends on the text alone, not on
 * how it is cut into pieces: the stop string whose last character comes first ends the text; of several that end at the same
 * character, the longest.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 *
 * <p><b>Source:</b> Knuth, Morris, Pratt, "Fast pattern matching in strings", 1977, one automaton for each stop string.
 */
public final class StopStrings {

    /** Code points, so that no surrogate pair is ever cut. */
    private final int[][] stops;

    private final int[][] fallbacks;
    private final int[] matched;
    private final StringBuilder held = new StringBuilder();
    private boolean complete;

    public StopStrings(List<String> stops) {
        if (stops.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("stop: '' (expected: non-empty strings)");
        }
        this.stops = stops.stream().map(stop -> stop.codePoints().toArray()).toArray(int[][]::new);
        this.fallbacks = new int[this.stops.length][];
        for (int i = 0; i < fallbacks.length; i++) {
            fallbacks[i] = fallbacks(this.stops[i]);
        }
        this.matched = new int[this.stops.length];
    }

    /** The text that is certain now; nothing any more once a stop string is complete. */
    public String accept(String text) {
        if (complete) {
            return "";
        }
        if (stops.length == 0) {
            return text;
        }
        StringBuilder certain = new StringBuilder(text.length());
        for (int at = 0; at < text.length() && !complete; ) {
            int codePoint = text.codePointAt(at);
            at += Character.charCount(codePoint);
            held.appendCodePoint(codePoint);
            release(certain, advance(codePoint));
        }
        if (complete) {
            held.setLength(0);
        }
        return certain.toString();
    }

    /** Whether a stop string is complete. */
    public boolean complete() {
        return complete;
    }

    /** Gives back what was held, when the text ends for another reason. */
    public String flush() {
        String rest = held.toString();
        held.setLength(0);
        return rest;
    }

    /** Feeds one code point to every automaton; returns how many of the last code points stay held. */
    private int advance(int codePoint) {
        int longestBegun = 0;
        int longestComplete = 0;
        for (int i = 0; i < stops.length; i++) {
            int length = matched[i];
            while (length > 0 && stops[i][length] != codePoint) {
                length = fallbacks[i][length - 1];
            }
            if (stops[i][length] == codePoint) {
                length++;
            }
            matched[i] = length;
            if (length == stops[i].length) {
                longestComplete = Math.max(longestComplete, length);
            }
            longestBegun = Math.max(longestBegun, length);
        }
        complete = longestComplete > 0;
        return complete ? longestComplete : longestBegun;
    }

    private void release(StringBuilder certain, int codePointsKept) {
        int from = held.offsetByCodePoints(held.length(), -codePointsKept);
        certain.append(held, 0, from);
        held.delete(0, from);
    }

    /** For every prefix of a stop string, the length of its longest proper suffix that is a prefix too. */
    private static int[] fallbacks(int[] stop) {
        int[] lengths = new int[stop.length];
        int length = 0;
        for (int i = 1; i < stop.length; i++) {
            while (length > 0 && stop[i] != stop[length]) {
                length = lengths[length - 1];
            }
            if (stop[i] == stop[length]) {
                length++;
            }
            lengths[i] = length;
        }
        return lengths;
    }
}
