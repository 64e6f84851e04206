package io.insula.inference.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Alternatives whose masks would need a walk through the vocabulary each. The vocabulary has as many tokens as the starter
 * model's, words with and without a blank before them.
 */
class MaskEffortTest {

    /** Processor time of one mask; a third of it is usual. */
    private static final long MOST_NANOS = 20_000_000;

    private static final int TOKENS = 49_152;
    private static final long SEED = 6;
    private static final GrammarVocabulary WORDS = words();

    static List<String> schemas() {
        return List.of(
                objects(64, i -> "{\"type\":\"string\",\"pattern\":\"^([a-z ]{" + (9 + i) + "}Q)*$\"}"),
                objects(64, i -> "{\"type\":\"string\",\"pattern\":\"^[a-z ]{" + (4 + i % 8) + "}" + i + "$\"}"),
                objects(100, i -> "{\"type\":\"string\",\"maxLength\":" + (20 + i) + "}"),
                "{\"anyOf\":["
                        + list(
                                100,
                                i -> "{\"type\":\"object\",\"patternProperties\":{\"^[a-z ]{1," + (i + 30)
                                        + "}$\":{\"type\":\"integer\"}},\"additionalProperties\":false}")
                        + "]}");
    }

    @ParameterizedTest
    @MethodSource("schemas")
    void oneMaskTakesItsShareAtMost(String schema) {
        long[] least = new long[40];
        for (int run = 0; run < 5; run++) {
            GrammarCompiler compiler = new GrammarCompiler(WORDS, GrammarConfig.defaults());
            GrammarState state =
                    compiler.compile(new GrammarSource.JsonSchema(schema)).start();
            Random random = new Random(SEED);
            for (int i = 0; i < least.length && !state.mustEnd(); i++) {
                long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
                TokenMask mask = state.mask();
                long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
                least[i] = run == 0 ? nanos : Math.min(least[i], nanos);
                assertOffersEveryByte(state, mask);
                state.accept(single(mask, random));
            }
        }
        assertThat(Arrays.stream(least).max().orElseThrow()).isLessThan(MOST_NANOS);
    }

    /** What is not offered as a longer token can be written byte by byte. */
    private static void assertOffersEveryByte(GrammarState state, TokenMask mask) {
        for (int value = 0; value < Vocabularies.END; value++) {
            GrammarState next = state.copy();
            boolean taken = true;
            try {
                next.accept(value);
            } catch (IllegalArgumentException refused) {
                taken = false;
            }
            assertThat(mask.allows(value)).as("byte %d", value).isEqualTo(taken);
        }
    }

    private static int single(TokenMask mask, Random random) {
        int token = mask.next(random.nextInt(Vocabularies.END));
        return token < 0 || token >= Vocabularies.END ? mask.next(0) : token;
    }

    private static String objects(int count, IntFunction<String> schema) {
        return "{\"anyOf\":["
                + list(
                        count,
                        i -> "{\"type\":\"object\",\"properties\":{\"a\":" + schema.apply(i) + ",\"b" + i
                                + "\":{}},\"required\":[\"a\",\"b" + i + "\"],\"additionalProperties\":false}")
                + "]}";
    }

    private static String list(int count, IntFunction<String> item) {
        return IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(","));
    }

    private static GrammarVocabulary words() {
        Random random = new Random(SEED);
        Set<String> words = new HashSet<>();
        while (words.size() < TOKENS) {
            StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
            int length = 2 + random.nextInt(7);
            for (int i = 0; i < length; i++) {
                word.append((char) ('a' + Math.min(random.nextInt(26), random.nextInt(26))));
            }
            words.add(word.toString());
        }
        List<byte[]> tokens = new ArrayList<>(Vocabularies.bytesAnd("\",\"", "\":\"", "\"}", "{\""));
        words.forEach(word -> tokens.add(word.getBytes(StandardCharsets.US_ASCII)));
        return Vocabularies.of(tokens);
    }
}
