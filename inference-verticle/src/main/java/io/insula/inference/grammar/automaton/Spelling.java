package io.insula.inference.grammar.automaton;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** How code points are written as bytes. */
public enum Spelling {
    /** UTF-8. */
    RAW,

    /**
     * UTF-8 as the inside of a JSON string, in the one way that is shortest: escapes for quotes, backslashes and controls
     * alone, the two-character ones where there are, small hexadecimal digits.
     */
    JSON;

    private static final CodePoints ESCAPED = CodePoints.of(0, 0x1f).or(CodePoints.of("\"\\"));
    private static final int[] UTF8_LASTS = {0x7f, 0x7ff, 0xffff, 0x10ffff};

    /** The bytes of a text. */
    public byte[] bytes(String text) {
        if (this == RAW) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        text.codePoints()
                .forEach(c -> out.writeBytes(
                        ESCAPED.contains(c) ? escape(c) : Character.toString(c).getBytes(StandardCharsets.UTF_8)));
        return out.toByteArray();
    }

    private static byte[] escape(int codePoint) {
        int place = "\"\\\b\f\n\r\t".indexOf(codePoint);
        String text = place < 0 ? String.format("\\u%04x", codePoint) : "\\" + "\"\\bfnrt".charAt(place);
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** The spellings of a set, each a sequence of byte ranges: first and last of each byte. */
    List<int[]> sequences(CodePoints set) {
        List<int[]> sequences = new ArrayList<>();
        CodePoints plain = set;
        if (this == JSON) {
            plain = set.minus(ESCAPED);
            for (int i = 0; i < ESCAPED.ranges(); i++) {
                for (int c = ESCAPED.first(i); c <= ESCAPED.last(i); c++) {
                    if (set.contains(c)) {
                        sequences.add(exactly(escape(c)));
                    }
                }
            }
        }
        for (int i = 0; i < plain.ranges(); i++) {
            int first = plain.first(i);
            for (int last : UTF8_LASTS) {
                if (first <= last && first <= plain.last(i)) {
                    split(first, Math.min(last, plain.last(i)), sequences);
                    first = last + 1;
                }
            }
        }
        return sequences;
    }

    private static int[] exactly(byte[] bytes) {
        int[] sequence = new int[2 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            sequence[2 * i] = bytes[i] & 0xff;
            sequence[2 * i + 1] = bytes[i] & 0xff;
        }
        return sequence;
    }

    /** Cuts a range, all of one length in UTF-8, where a continuation byte does not run from its first to its last value. */
    private static void split(int first, int last, List<int[]> sequences) {
        byte[] from = Character.toString(first).getBytes(StandardCharsets.UTF_8);
        byte[] to = Character.toString(last).getBytes(StandardCharsets.UTF_8);
        for (int i = 1; i < from.length; i++) {
            int low = (1 << (6 * i)) - 1;
            if ((first & ~low) != (last & ~low)) {
                if ((first & low) != 0) {
                    split(first, first | low, sequences);
                    split((first | low) + 1, last, sequences);
                    return;
                }
                if ((last & low) != low) {
                    split(first, (last & ~low) - 1, sequences);
                    split(last & ~low, last, sequences);
                    return;
                }
            }
        }
        int[] sequence = new int[2 * from.length];
        for (int i = 0; i < from.length; i++) {
            sequence[2 * i] = from[i] & 0xff;
            sequence[2 * i + 1] = to[i] & 0xff;
        }
        sequences.add(sequence);
    }
}
