package io.insula.inference.text;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What SentencePiece's pieces stand for: text with a stand-in for spaces, or a single byte. */
final class SentencePieceBytes {

    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");

    private SentencePieceBytes() {}

    /** The bytes of a piece. */
    static byte[] of(String piece) {
        Matcher single = BYTE.matcher(piece);
        return single.matches()
                ? new byte[] {(byte) Integer.parseInt(single.group(1), 16)}
                : piece.replace(SentencePieces.SPACE, " ").getBytes(StandardCharsets.UTF_8);
    }
}
