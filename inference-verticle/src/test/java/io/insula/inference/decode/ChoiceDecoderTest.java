package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.protocol.RequestId;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ChoiceDecoderTest {

    private static final int END = ByteTokenizer.END;

    @Test
    void endsAtAnEndTokenWithoutText() {
        ChoiceDecoder decoder = plain(StopConditions.NONE, 10);
        assertThat(decoder.accept('h')).isEqualTo(new ChoiceDecoder.Step("h", null));
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
        assertThat(decoder.tokens()).isEqualTo(2);
        assertThatThrownBy(() -> decoder.accept('x')).hasMessage("token 120 after the choice finished with STOP");
    }

    @Test
    void endsAtTheTokenLimitAndGivesHeldTextBack() {
        ChoiceDecoder decoder = plain(StopConditions.of(0, List.of("hi!")), 2);
        assertThat(decoder.accept('h')).isEqualTo(new ChoiceDecoder.Step("", null));
        assertThat(decoder.accept('i')).isEqualTo(new ChoiceDecoder.Step("hi", FinishReason.LENGTH));
    }

    @Test
    void givesHeldTextBackAtAnEndToken() {
        ChoiceDecoder decoder = plain(StopConditions.of(0, List.of("hi!")), 9);
        decoder.accept('h');
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("h", FinishReason.STOP));
    }

    @Test
    void aStopStringOnTheLastTokenIsAStop() {
        ChoiceDecoder decoder = plain(StopConditions.of(0, List.of("hi")), 2);
        decoder.accept('h');
        assertThat(decoder.accept('i')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
        assertThat(decoder.finish()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void aStopTokenEndsTheChoiceWithoutText() {
        ChoiceDecoder decoder = plain(StopConditions.NONE.withTokens(TokenIds.of('!')), 9);
        decoder.accept('h');
        assertThat(decoder.accept('!')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
    }

    @Test
    void whatWouldEndTheChoiceTooEarlyIsForbidden() {
        StopConditions conditions =
                StopConditions.of(0, List.of("b")).withMinTokens(2).withTokens(TokenIds.of('!', '?'));
        ChoiceDecoder decoder = plain(conditions, 9);
        assertThat(decoder.next().forbidden()).isEqualTo(TokenIds.of('!', '?', END));
        decoder.accept('a');
        assertThat(decoder.next().forbidden()).isEqualTo(TokenIds.of('!', '?', END));
        assertThat(decoder.accept('b'))
                .as("a stop string among the first tokens")
                .isEqualTo(new ChoiceDecoder.Step("b", null));
        assertThat(decoder.next().forbidden()).isEqualTo(TokenIds.EMPTY);
        assertThat(decoder.accept('b')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
    }

    @Test
    void ignoredEndTokensAreForbiddenAlwaysUnlessTheyAreStopTokensToo() {
        StopConditions endless = StopConditions.NONE.withIgnoreEnd(true);
        ChoiceDecoder decoder = plain(endless, 3);
        assertThat(decoder.next().forbidden()).isEqualTo(TokenIds.of(END));
        assertThat(decoder.accept(END)).isEqualTo(new ChoiceDecoder.Step("", null));
        assertThat(decoder.next().forbidden()).isEqualTo(TokenIds.of(END));

        ChoiceDecoder stopped = plain(endless.withTokens(TokenIds.of(END)), 3);
        assertThat(stopped.next().forbidden()).isEqualTo(TokenIds.EMPTY);
        assertThat(stopped.accept(END)).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));
    }

    @Test
    void replacesACodePointThatNeverEnds() {
        ChoiceDecoder decoder = plain(StopConditions.NONE, 9);
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
            ChoiceDecoder undisturbed = plain(StopConditions.of(0, stops), tokens.length);
            String[] texts = new String[tokens.length];
            int length = 0;
            while (undisturbed.finish() == null) {
                texts[length] = undisturbed.accept(tokens[length]).text();
                length++;
            }
            for (int cut = 0; cut <= length; cut++) {
                ChoiceDecoder resumed = plain(StopConditions.of(0, stops), tokens.length);
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

    private static ChoiceDecoder plain(StopConditions conditions, int maxTokens) {
        return new ChoiceDecoder(
                new ByteTokenizer(),
                AnswerPlan.TEXT,
                new CallIds(new RequestId(new UUID(7, 1)), 0),
                conditions,
                maxTokens);
    }
}
