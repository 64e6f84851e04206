package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.ChatMessage;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChoiceDecoderTest {

    private static final int END = 256;

    @Test
    void endsAtAnEndTokenWithoutText() {
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), StopConditions.NONE, 10);
        assertThat(decoder.accept('h')).isEqualTo(new ChoiceDecoder.Step("h", null));
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
        assertThat(decoder.tokens()).isEqualTo(2);
        assertThatThrownBy(() -> decoder.accept('x')).hasMessage("token 120 after the choice finished with STOP");
    }

    @Test
    void endsAtTheTokenLimitAndGivesHeldTextBack() {
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), StopConditions.of(0, List.of("hi!")), 2);
        assertThat(decoder.accept('h')).isEqualTo(new ChoiceDecoder.Step("", null));
        assertThat(decoder.accept('i')).isEqualTo(new ChoiceDecoder.Step("hi", FinishReason.LENGTH));
    }

    @Test
    void givesHeldTextBackAtAnEndToken() {
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), StopConditions.of(0, List.of("hi!")), 9);
        decoder.accept('h');
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("h", FinishReason.STOP));
    }

    @Test
    void aStopStringOnTheLastTokenIsAStop() {
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), StopConditions.of(0, List.of("hi")), 2);
        decoder.accept('h');
        assertThat(decoder.accept('i')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
        assertThat(decoder.finish()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void aStopTokenEndsTheChoiceWithoutText() {
        ChoiceDecoder decoder =
                new ChoiceDecoder(new ByteTokenizer(), StopConditions.NONE.withTokens(TokenIds.of('!')), 9);
        decoder.accept('h');
        assertThat(decoder.accept('!')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
    }

    @Test
    void whatWouldEndTheChoiceTooEarlyIsForbidden() {
        StopConditions conditions =
                StopConditions.of(0, List.of("b")).withMinTokens(2).withTokens(TokenIds.of('!', '?'));
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), conditions, 9);
        assertThat(decoder.forbidden()).isEqualTo(TokenIds.of('!', '?', END));
        decoder.accept('a');
        assertThat(decoder.forbidden()).isEqualTo(TokenIds.of('!', '?', END));
        assertThat(decoder.accept('b'))
                .as("a stop string among the first tokens")
                .isEqualTo(new ChoiceDecoder.Step("b", null));
        assertThat(decoder.forbidden()).isEqualTo(TokenIds.EMPTY);
        assertThat(decoder.accept('b')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
    }

    @Test
    void ignoredEndTokensAreForbiddenAlwaysUnlessTheyAreStopTokensToo() {
        StopConditions endless = StopConditions.NONE.withIgnoreEnd(true);
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), endless, 3);
        assertThat(decoder.forbidden()).isEqualTo(TokenIds.of(END));
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("", null));
        assertThat(decoder.forbidden()).isEqualTo(TokenIds.of(END));

        ChoiceDecoder stopped = new ChoiceDecoder(new ByteTokenizer(), endless.withTokens(TokenIds.of(END)), 3);
        assertThat(stopped.forbidden()).isEqualTo(TokenIds.EMPTY);
        assertThat(stopped.accept(END)).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
    }

    @Test
    void replacesACodePointThatNeverEnds() {
        ChoiceDecoder decoder = new ChoiceDecoder(new ByteTokenizer(), StopConditions.NONE, 9);
        decoder.accept(0xE2);
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("\uFFFD", FinishReason.STOP));
    }

    @Test
    void resumedAtAnyTokenItGoesOnAsIfUndisturbed() {
        String text = "été 👩‍👩‍👧 «STO» STOP rest";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (List<String> stops : List.of(List.of("STOP"), List.<String>of(), List.of("👩‍👧!", "STO»"))) {
            int[] tokens = new int[bytes.length + 1];
            Arrays.setAll(tokens, i -> i < bytes.length ? bytes[i] & 0xFF : END);
            ChoiceDecoder undisturbed =
                    new ChoiceDecoder(new ByteTokenizer(), StopConditions.of(0, stops), tokens.length);
            String[] texts = new String[tokens.length];
            int length = 0;
            while (undisturbed.finish() == null) {
                texts[length] = undisturbed.accept(tokens[length]).text();
                length++;
            }
            for (int cut = 0; cut <= length; cut++) {
                ChoiceDecoder resumed =
                        new ChoiceDecoder(new ByteTokenizer(), StopConditions.of(0, stops), tokens.length);
                resumed.replay(TokenIds.of(Arrays.copyOf(tokens, cut)));
                assertThat(resumed.tokens()).isEqualTo(cut);
                for (int i = cut; i < length; i++) {
                    assertThat(resumed.accept(tokens[i]).text())
                            .as("token %d after a cut at %d, stops %s", i, cut, stops)
                            .isEqualTo(texts[i]);
                }
                assertThat(resumed.finish()).isEqualTo(undisturbed.finish());
            }
        }
    }

    /** The simplest real tokenizer: a token is a byte, and 256 ends the text. */
    private record ByteTokenizer() implements ChatTokenizer {

        @Override
        public int[] encode(List<ChatMessage> messages) {
            return encodeText(messages.getLast().content());
        }

        @Override
        public int[] encodeText(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            int[] tokens = new int[bytes.length];
            Arrays.setAll(tokens, i -> bytes[i] & 0xFF);
            return tokens;
        }

        @Override
        public byte[] bytes(int token) {
            return token == END ? new byte[0] : new byte[] {(byte) token};
        }

        @Override
        public boolean isEnd(int token) {
            return token == END;
        }

        @Override
        public TokenIds endTokens() {
            return TokenIds.of(END);
        }

        @Override
        public int vocabulary() {
            return END + 1;
        }

        @Override
        public void close() {}
    }
}
