package io.insula.inference.decode;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Turns the bytes of successive tokens into text without ever splitting a code point.
 *
 * <p>The texts returned, put together, are the decoding of all bytes at once; what is not UTF-8 becomes U+FFFD.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public final class StreamingDetokenizer {

    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);
    /** The beginning of a code point whose end has not come yet: at most three bytes. */
    private byte[] begun = {};

    /** The text that becomes certain with these bytes; empty while they end inside a code point. */
    public String accept(byte[] bytes) {
        if (begun.length == 0 && isAscii(bytes)) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return decode(bytes, false);
    }

    /** The text of what is left at the end: U+FFFD for a code point that was begun, or nothing. */
    public String flush() {
        return decode(new byte[0], true);
    }

    private String decode(byte[] bytes, boolean end) {
        ByteBuffer input = ByteBuffer.allocate(begun.length + bytes.length)
                .put(begun)
                .put(bytes)
                .flip();
        CharBuffer output = CharBuffer.allocate(input.remaining() + 1);
        decoder.reset();
        decoder.decode(input, output, end);
        if (end) {
            decoder.flush(output);
        }
        begun = new byte[input.remaining()];
        input.get(begun);
        return output.flip().toString();
    }

    private static boolean isAscii(byte[] bytes) {
        for (byte value : bytes) {
            if (value < 0) {
                return false;
            }
        }
        return true;
    }
}
