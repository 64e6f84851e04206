package io.insula.api.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JsonBytesTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    @Test
    void everyCodePointComesBackFromAForeignParser() throws IOException {
        StringBuilder all = new StringBuilder();
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < Character.MIN_SURROGATE || codePoint > Character.MAX_SURROGATE) {
                all.appendCodePoint(codePoint);
            }
        }

        byte[] json = new JsonBytes(16).string(all.toString()).toArray();

        assertThat(MAPPER.readValue(new String(json, UTF_8), String.class)).isEqualTo(all.toString());
    }

    @Test
    void noLineBreakOfAnyConventionSurvives() {
        StringBuilder text = new StringBuilder();
        for (char c = 0; c < 0xA0; c++) {
            text.append(c);
        }
        text.append("\u2028\u2029");

        String json = new String(new JsonBytes(16).string(text.toString()).toArray(), UTF_8);

        assertThat(json.chars()).noneMatch(c -> c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029);
    }

    @Test
    void unpairedSurrogatesBecomeReplacementCharacters() throws IOException {
        byte[] json = new JsonBytes(16).string("a\uD800b\uDC00\uD83D").toArray();

        assertThat(MAPPER.readValue(json, String.class)).isEqualTo("a\uFFFDb\uFFFD\uFFFD");
    }

    @Test
    void randomTextComesBackWhateverItsLength() throws IOException {
        long seed = 42;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(80); i > 0; i--) {
                text.appendCodePoint(
                        random.nextInt(4) == 0 ? 0x10000 + random.nextInt(0xFFFF) : random.nextInt(0xD800));
            }
            byte[] json =
                    new JsonBytes(random.nextInt(64)).string(text.toString()).toArray();
            assertThat(MAPPER.readValue(json, String.class))
                    .as("seed %d, round %d", seed, round)
                    .isEqualTo(text.toString());
        }
    }
}
