package io.insula.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.text.SpecialTokens.Piece;
import io.insula.inference.text.SpecialTokens.Piece.Ordinary;
import io.insula.inference.text.SpecialTokens.Piece.Special;
import io.insula.inference.text.jinja.RenderedPrompt;
import io.insula.inference.text.jinja.RenderedPrompt.Span;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SpecialTokensTest {

    private static final SpecialTokens TOKENS = new SpecialTokens(new TokenizerSpec(
            new ByteLevelPairs("smollm", List.of()),
            List.of("<s>", "<s>>", "</s>", "a"),
            Set.of(0, 2),
            Set.of(1),
            Set.of(2),
            OptionalInt.of(0),
            OptionalInt.of(2),
            false,
            null));

    @Test
    void recognisesTheLongestInTemplateText() {
        assertThat(split(new Span("x<s>><s>y</s>", true)))
                .containsExactly(new Ordinary("x"), new Special(1), new Special(0), new Ordinary("y"), new Special(2));
    }

    @Test
    void recognisesNothingInData() {
        assertThat(split(new Span("<s>", true), new Span("</s><s>", false), new Span("</s>", true)))
                .containsExactly(new Special(0), new Ordinary("</s><s>"), new Special(2));
    }

    @Test
    void recognisesNothingThatTemplateAndDataWriteTogether() {
        assertThat(split(new Span("<", true), new Span("s", false), new Span(">", true)))
                .containsExactly(new Ordinary("<s>"));
        assertThat(split(new Span("<s", true), new Span(">", false))).containsExactly(new Ordinary("<s>"));
    }

    @Test
    void keepsTextBetweenSpecialTokensInOnePiece() {
        assertThat(split(new Span("<s>user\n", true), new Span("\nhi", false), new Span("\n", true)))
                .containsExactly(new Special(0), new Ordinary("user\n\nhi\n"));
    }

    private static List<Piece> split(Span... spans) {
        return TOKENS.split(new RenderedPrompt(List.of(spans)));
    }
}
