package io.insula.inference.grammar.automaton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {

    private static final String LETTERS = "aabbccAB01 -_.\n\t\"\\é߀日😀";

    private static Workbench workbench() {
        BitSet bytes = new BitSet();
        bytes.set(0, 256);
        return new Workbench(bytes, 20_000, 20_000_000);
    }

    /** The oracle is the JDK's engine, on texts of few letters that come near to matching. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc", "a*b+c?", "(a|b)*c", "(?:ab|a)(?:c|bc)", "[a-c]{2,4}", "[^a-c]+", "a.c", "\\d+", "\\w{1,3}",
                        "^a|b$", "^$", "^(a|^b)c$",
                "a{0}b", "(a{2}){2}", "[\\w-]+", "[\\]a]+", "\\x61\\u0062", "\\u65e5", "é+", "[à-ÿ]", "\\.", "\\t|\\n",
                        "(?<x>a)b", "\\p{L}+",
                "\\P{L}", "[\\p{Lu}\\d]{2}", "\\p{IsLatin}{0,1}a", "a+?b", "(|a)b", "((a|b)(c|A))*", "a$|^b", "\"\\\\",
                        "x*"
            })
    void matchesWhatTheJdkMatches(String pattern) {
        Workbench work = workbench();
        String ours = pattern.replace("\\p{IsLatin}", "\\p{Script=Latin}");
        java.util.regex.Pattern theirs = java.util.regex.Pattern.compile(pattern);
        ByteDfa whole = Pattern.parse(ours).whole(Spelling.RAW, work);
        ByteDfa somewhere = Pattern.parse(ours).somewhere(Spelling.JSON, work);
        ByteDfa smallest = somewhere.minimal(work);
        assertThat(smallest.states()).isLessThanOrEqualTo(somewhere.states());
        Random random = new Random(pattern.hashCode());
        int[] letters = LETTERS.codePoints().toArray();
        for (int i = 0; i < 3_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(6); left > 0; left--) {
                text.appendCodePoint(letters[random.nextInt(letters.length)]);
            }
            if (text.indexOf("\n") >= 0 && pattern.contains("$")) {
                continue;
            }
            boolean all = theirs.matcher(text).matches();
            boolean any = theirs.matcher(text).find();
            assertThat(whole.match(text.toString()) != ByteDfa.NONE)
                    .as("%s on '%s'", pattern, text)
                    .isEqualTo(all);
            byte[] spelled = Spelling.JSON.bytes(text.toString());
            assertThat(somewhere.match(spelled) != ByteDfa.NONE)
                    .as("%s in '%s'", pattern, text)
                    .isEqualTo(any);
            assertThat(smallest.match(spelled)).isEqualTo(somewhere.match(spelled));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "a(?=b)~look-ahead",
                "a(?!b)~look-ahead",
                "(?<=a)b~look-behind",
                "(?<!a)b~look-behind",
                "(a)\\1~back reference",
                "(?<n>a)\\k<n>~back reference",
                "(?P=n)~back reference",
                "\\bword~word boundary",
                "(?>a)b~atomic group",
                "a*+b~possessive",
                "(?i)a~flag",
                "(a~without end",
                "a)~unmatched",
                "[a~without end",
                "*a~quantifier after nothing",
                "a**~quantifier after",
                "a{3,2}~most is less",
                "\\p{Nope}~unknown property",
                "[b-a]~backwards",
                "\\q~unknown escape",
                "a{100001}~100000",
                "\\ud83d~surrogate",
                "(?(1)a|b)~conditional",
            })
    void namesWhatItDoesNotSupport(String pattern, String message) {
        assertThatThrownBy(() -> Pattern.parse(pattern))
                .isInstanceOf(AutomatonException.class)
                .hasMessageContaining(message);
    }

    @Test
    void takesWhatAllDialectsMatch() {
        Workbench work = workbench();
        ByteDfa word = Pattern.parse("\\w").whole(Spelling.RAW, work);
        ByteDfa other = Pattern.parse("\\W").whole(Spelling.RAW, work);
        assertThat(word.match("é")).isEqualTo(ByteDfa.NONE);
        assertThat(other.match("é")).isEqualTo(ByteDfa.NONE);
        assertThat(other.match("-")).isEqualTo(0);
        assertThat(Pattern.parse("\\w").exact()).isFalse();
        assertThat(Pattern.parse("[\\w\\W]").whole(Spelling.RAW, work).match("é"))
                .isEqualTo(0);
        assertThat(Pattern.parse("[a-z]").exact()).isTrue();
    }

    @Test
    void neverWritesInvalidUtf8() {
        ByteDfa anything = Pattern.anything(Spelling.RAW, workbench());
        assertThat(anything.match(new byte[] {(byte) 0xc0, (byte) 0x80})).isEqualTo(ByteDfa.NONE);
        assertThat(anything.match(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isEqualTo(ByteDfa.NONE);
        assertThat(anything.match(new byte[] {(byte) 0xe2, (byte) 0x82})).isEqualTo(ByteDfa.NONE);
        assertThat(anything.match(new byte[] {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}))
                .isEqualTo(ByteDfa.NONE);
        for (int c = 0; c <= Character.MAX_CODE_POINT; c += c < 0x3000 ? 1 : 97) {
            boolean surrogate = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
            if (!surrogate) {
                assertThat(anything.match(Character.toString(c)))
                        .as("code point %x", c)
                        .isEqualTo(0);
            }
        }
    }

    @Test
    void writesOnlyBytesThatThereAre() {
        BitSet ascii = new BitSet();
        ascii.set(0x20, 0x7f);
        Workbench work = new Workbench(ascii, 1_000, 1_000_000);
        assertThat(Pattern.parse("é").whole(Spelling.RAW, work).isEmpty()).isTrue();
        assertThat(Pattern.parse("é|e").whole(Spelling.RAW, work).match("e")).isEqualTo(0);
    }

    @Test
    void combinesLanguages() {
        Workbench work = workbench();
        ByteDfa ab = Pattern.parse("[ab]{1,3}").whole(Spelling.RAW, work);
        ByteDfa bc = Pattern.parse("[bc]{2,}").whole(Spelling.RAW, work);
        ByteDfa both = Languages.intersection(ab, bc, work);
        ByteDfa only = Languages.difference(ab, bc, work);
        ByteDfa either = Languages.union(List.of(ab, bc), work);
        for (String text : List.of("", "a", "b", "bb", "bbb", "bbbb", "bc", "ab", "abc", "ccccc")) {
            boolean first = text.matches("[ab]{1,3}");
            boolean second = text.matches("[bc]{2,}");
            assertThat(both.match(text) != ByteDfa.NONE).as(text).isEqualTo(first && second);
            assertThat(only.match(text) != ByteDfa.NONE).as(text).isEqualTo(first && !second);
            assertThat(either.match(text) != ByteDfa.NONE).as(text).isEqualTo(first || second);
        }
        assertThat(both.words()[0]).isEqualTo(2);
        assertThat(bc.words()[0]).isEqualTo(Long.MAX_VALUE);
        assertThat(ab.words()[0]).isEqualTo(14);
    }

    @Test
    void groupsStatesThatShortTextsCannotTellApart() {
        Workbench work = workbench();
        ByteDfa counted = Pattern.parse("a{50}").whole(Spelling.RAW, work);
        assertThat(Arrays.stream(counted.groups(4, work)).distinct().count()).isEqualTo(6);
        assertThat(Arrays.stream(counted.groups(100, work)).distinct().count()).isEqualTo(51);
    }

    @Test
    void countsCodePoints() {
        Workbench work = workbench();
        ByteDfa three = Pattern.ofLength(3, 3, Spelling.JSON, work);
        ByteDfa some = Pattern.ofLength(2, -1, Spelling.JSON, work);
        ByteDfa any = Pattern.ofLength(0, -1, Spelling.JSON, work);
        for (String text : List.of("", "a", "é😀", "😀\"\\", "a\u0001b", "abcd")) {
            byte[] spelled = Spelling.JSON.bytes(text);
            int length = text.codePointCount(0, text.length());
            assertThat(three.match(spelled) != ByteDfa.NONE).as(text).isEqualTo(length == 3);
            assertThat(some.match(spelled) != ByteDfa.NONE).as(text).isEqualTo(length >= 2);
            assertThat(any.match(spelled)).as(text).isEqualTo(0);
        }
        assertThat(new String(Spelling.JSON.bytes("a\u0001\"\n"), StandardCharsets.UTF_8))
                .isEqualTo("a\\u0001\\\"\\n");
    }
}
