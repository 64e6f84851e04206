package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingDetokenizerTest {

    @ParameterizedTest
    @ValueSource(strings = {"plain", "é", "日本語テキスト", "👩‍👩‍👧‍👦!", "a\u0301\u200d\u202eمرحبا", "\0\t\n\u0085\u2028"})
    void neverSplitsACodePoint(String text) {
        StreamingDetokenizer detokenizer = new StreamingDetokenizer();
        StringBuilder all = new StringBuilder();
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            String piece = detokenizer.accept(new byte[] {value});
            assertThat(piece.codePointCount(0, piece.length())).isLessThanOrEqualTo(1);
            assertThat(piece).doesNotContain("\uFFFD");
            all.append(piece);
        }
        assertThat(all.toString()).isEqualTo(text);
        assertThat(detokenizer.flush()).isEmpty();
    }

    /** As many replacements as Java's own decoding gives; an encoded surrogate is one. */
    @ParameterizedTest
    @CsvSource({
        "41e2, A*",
        "e28228, *(",
        "f09f98, *",
        "f09f9841, *A",
        "80, *",
        "c0af, **",
        "eda080, *",
        "f4908080, ****",
        "ff41fe, *A*",
        "c3c3a9, *é",
        "e0809f, ***"
    })
    void replacesWhatIsNotUtf8(String hex, String expected) {
        StreamingDetokenizer detokenizer = new StreamingDetokenizer();
        StringBuilder all = new StringBuilder();
        for (byte value : HexFormat.of().parseHex(hex)) {
            all.append(detokenizer.accept(new byte[] {value}));
        }
        assertThat(all.append(detokenizer.flush()).toString()).isEqualTo(expected.replace('*', '\uFFFD'));
    }

    @Test
    void cutAnywhereItEqualsTheDecodingOfTheWhole() {
        long seed = 11;
        Random random = new Random(seed);
        byte[] fragments = "aé日👍\u00ff".getBytes(StandardCharsets.UTF_8);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[random.nextInt(24)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] =
                        random.nextInt(4) == 0 ? (byte) random.nextInt() : fragments[random.nextInt(fragments.length)];
            }
            StreamingDetokenizer detokenizer = new StreamingDetokenizer();
            StringBuilder all = new StringBuilder();
            for (int from = 0; from < bytes.length; ) {
                int to = Math.min(bytes.length, from + 1 + random.nextInt(4));
                all.append(detokenizer.accept(Arrays.copyOfRange(bytes, from, to)));
                from = to;
            }
            all.append(detokenizer.flush());
            assertThat(all.toString())
                    .as("round %d of seed %d: %s", round, seed, HexFormat.of().formatHex(bytes))
                    .isEqualTo(new String(bytes, StandardCharsets.UTF_8));
        }
    }
}
