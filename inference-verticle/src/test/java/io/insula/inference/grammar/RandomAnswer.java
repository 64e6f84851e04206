package io.insula.inference.grammar;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Writes an answer by drawing admissible tokens. After a number of tokens it draws what closes whatever is open, so that
 * it comes to an end.
 */
final class RandomAnswer {

    /** What to draw on the way to an end outside strings, best first. */
    private static final List<String> CLOSING = List.of("}", "]", ":", "n", "t", "f", "0", "1", "[", "{", ",", "\"");

    private static final int MOST_TOKENS = 2_000;

    private final IntFunction<byte[]> bytes;
    private final Random random;
    private final int freeTokens;
    private final boolean weighted;
    private final int[] singles;

    /**
     * @param singles the token of each byte
     * @param weighted whether tokens have random weights, as logits at a high temperature have, else all are alike
     */
    RandomAnswer(IntFunction<byte[]> bytes, int[] singles, long seed, int freeTokens, boolean weighted) {
        this.bytes = bytes;
        this.singles = singles;
        this.random = new Random(seed);
        this.freeTokens = freeTokens;
        this.weighted = weighted;
    }

    /** The answer, in which every token was admissible and after which the grammar could end. */
    String write(CompiledGrammar grammar) {
        GrammarState state = grammar.start();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean inString = false;
        boolean[] escaped = new boolean[1];
        for (int count = 0; count < MOST_TOKENS; count++) {
            TokenMask mask = state.mask();
            if (mask.cardinality() == 0) {
                throw new AssertionError("nothing may follow " + text(out));
            }
            if (state.complete() && (count >= freeTokens || state.mustEnd() || random.nextInt(8) == 0)) {
                return text(out);
            }
            int token = count < freeTokens ? draw(mask) : close(mask, inString);
            if (bytes.apply(token).length == 0) {
                return text(out);
            }
            state.accept(token);
            inString = inString(inString, bytes.apply(token), escaped);
            out.writeBytes(bytes.apply(token));
        }
        throw new AssertionError("no end after " + MOST_TOKENS + " tokens: " + text(out));
    }

    private int draw(TokenMask mask) {
        if (!weighted) {
            return nth(mask, random.nextInt(mask.cardinality()));
        }
        int best = -1;
        double bestWeight = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < 24; i++) {
            int token = nth(mask, random.nextInt(mask.cardinality()));
            double weight = random.nextGaussian() - bytes.apply(token).length * 0.5;
            if (weight > bestWeight) {
                best = token;
                bestWeight = weight;
            }
        }
        return best;
    }

    private static int nth(TokenMask mask, int n) {
        int index = 0;
        int left = n;
        while (left >= Long.bitCount(mask.word(index))) {
            left -= Long.bitCount(mask.word(index++));
        }
        int token = mask.next(index << 6);
        for (; left > 0; left--) {
            token = mask.next(token + 1);
        }
        return token;
    }

    /** A token that closes what is open; where there is none, any. */
    private int close(TokenMask mask, boolean inString) {
        if (inString && allows(mask, "\"")) {
            return single('"');
        }
        for (String text : inString ? List.<String>of() : CLOSING) {
            if (allows(mask, text)) {
                return single(text.charAt(0));
            }
        }
        int[] bytes = IntStream.of(singles).filter(mask::allows).toArray();
        return inString && bytes.length > 0 ? bytes[random.nextInt(bytes.length)] : draw(mask);
    }

    private boolean allows(TokenMask mask, String text) {
        return single(text.charAt(0)) >= 0 && mask.allows(single(text.charAt(0)));
    }

    private int single(char c) {
        return singles[c];
    }

    /** Whether a string is open after a text. */
    private static boolean inString(boolean before, byte[] text, boolean[] escaped) {
        boolean open = before;
        for (byte value : text) {
            if (escaped[0]) {
                escaped[0] = false;
            } else if (value == '"') {
                open = !open;
            } else if (value == '\\' && open) {
                escaped[0] = true;
            }
        }
        return open;
    }

    private static String text(ByteArrayOutputStream out) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(out.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("not UTF-8: " + out, e);
        }
    }
}
