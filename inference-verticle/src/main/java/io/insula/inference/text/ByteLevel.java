package io.insula.inference.text;

import io.insula.inference.weights.ModelFileException;
import java.util.Arrays;

/**
 * The printable stand-ins that byte-level vocabularies write for bytes.
 *
 * <p><b>Source:</b> Radford et al., "Language models are unsupervised multitask learners", 2019: printable Latin-1 characters
 * stand for themselves, the other bytes for the characters from U+0100 on, in order.
 */
final class ByteLevel {

    private static final int[] BYTE_OF_CHAR = new int[0x200];

    static {
        Arrays.fill(BYTE_OF_CHAR, -1);
        int next = 0x100;
        for (int value = 0; value < 0x100; value++) {
            boolean printable = (value >= '!' && value <= '~')
                    || (value >= 0xA1 && value <= 0xAC)
                    || (value >= 0xAE && value <= 0xFF);
            BYTE_OF_CHAR[printable ? value : next++] = value;
        }
    }

    private ByteLevel() {}

    /** The bytes that a token of the vocabulary stands for. */
    static byte[] bytes(int id, String token) {
        byte[] bytes = new byte[token.length()];
        for (int i = 0; i < bytes.length; i++) {
            char c = token.charAt(i);
            int value = c < BYTE_OF_CHAR.length ? BYTE_OF_CHAR[c] : -1;
            if (value < 0) {
                throw new ModelFileException("tokenizer: token " + id + " holds U+" + Integer.toHexString(c)
                        + " (expected: byte-level characters)");
            }
            bytes[i] = (byte) value;
        }
        return bytes;
    }
}
