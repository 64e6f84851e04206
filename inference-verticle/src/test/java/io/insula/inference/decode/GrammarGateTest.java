package io.insula.inference.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.inference.engine.WholeLogits;
import io.insula.protocol.Penalties;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GrammarGateTest {

    private static final long SEED = 20260105;
    private static final int END = ByteTokenizer.END;
    private static final List<String> TEXTS = List.of("yes", "yes, sir", "no", "\n<think>no</think>");

    /** A model whose tags are tokens, and that has tokens which would close the reasoning and go on. */
    private static final ByteTokenizer TOKENIZER = new ByteTokenizer(
            "<think></think>",
            List.of("<|eot|>"),
            List.of("<think>", "</think>", "ye", "s, ", "\n\n", ">no", ">\n\n", "</think>yes", "no?", "think>\nx"));

    private static final AnswerSyntax SYNTAX = AnswerSyntax.of(TOKENIZER);

    @Test
    void theAnswerIsHeldToTheGrammarFromItsFirstToken() {
        ChoiceDecoder decoder = decoder(ReasoningStart.NEVER, StopConditions.NONE);
        assertThat(next(decoder)).containsExactly('\n', 'n', 'y', word("ye"));
        decoder.accept(word("ye"));
        assertThat(decoder.only()).as("two ways on").isEqualTo(-1);
        decoder.accept('s');
        assertThat(decoder.only()).as("it may end, too").isEqualTo(-1);
        assertThat(next(decoder)).containsExactly(',', END);
        decoder.accept(',');
        assertThat(next(decoder)).containsExactly(' ');
        assertThat(decoder.only()).isEqualTo(' ');
        decoder.accept(' ');
        decoder.accept('s');
        decoder.accept('i');
        assertThat(decoder.accept('r'))
                .as("nothing may follow")
                .isEqualTo(new ChoiceDecoder.Step("r", FinishReason.STOP));
    }

    @Test
    void theModelMayReasonFirst() {
        ChoiceDecoder decoder = decoder(ReasoningStart.POSSIBLE, StopConditions.NONE);
        assertThat(next(decoder)).containsExactly('\n', 'n', 'y', word("<think>"), word("ye"));
        decoder.accept(word("<think>"));
        assertThat(next(decoder)).contains('q', word("</think>"), word(">no")).doesNotContain(END, word("</think>yes"));
        assertThat(decoder.accept('q').reasoning()).isEqualTo("q");
        decoder.accept(word("</think>"));
        assertThat(next(decoder)).containsExactly('\n', 'n', 'y', word("ye"), word("\n\n"));
        assertThat(decoder.accept('\n').text())
                .as("free, and no part of the answer")
                .isEmpty();
        assertThat(next(decoder)).containsExactly('\n', 'n', 'y', word("ye"));
        assertThat(decoder.accept('\n').text()).as("the grammar's own").isEqualTo("\n");
        String rest = "<think>no</think>";
        StringBuilder text = new StringBuilder();
        for (int token : TOKENIZER.encodeText(rest)) {
            ChoiceDecoder.Step step = decoder.accept(token);
            assertThat(step.reasoning()).isEmpty();
            text.append(step.text());
        }
        assertThat(text).as("tags in the answer are its text").hasToString(rest);
        assertThat(decoder.finish()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void noTokenClosesTheReasoningAndBeginsTheAnswerAtOnce() {
        ChoiceDecoder decoder = decoder(ReasoningStart.OPEN, StopConditions.NONE);
        assertThat(next(decoder)).contains(word(">no"), word("think>\nx")).doesNotContain(END, word("</think>yes"));
        decoder.accept('<');
        decoder.accept('/');
        assertThat(next(decoder)).contains(word(">no")).doesNotContain(word("think>\nx"), word("</think>yes"));
        for (int token : TOKENIZER.encodeText("think")) {
            decoder.accept(token);
        }
        assertThat(next(decoder)).contains('>', word(">\n\n")).doesNotContain(word(">no"));
        decoder.accept(word(">\n\n"));
        assertThat(next(decoder)).containsExactly('\n', 'n', 'y', word("ye"), word("\n\n"));
    }

    @Test
    void theGrammarWinsOverWhatTheRequestSaysOfEnds() {
        ChoiceDecoder early = decoder(ReasoningStart.NEVER, StopConditions.NONE.withMinTokens(9));
        early.accept(word("ye"));
        early.accept('s');
        assertThat(next(early)).as("too early to end").containsExactly(',');
        for (int token : TOKENIZER.encodeText(", sir")) {
            assertThat(next(early)).contains(token);
            early.accept(token);
        }
        assertThat(early.finish()).isEqualTo(FinishReason.STOP);

        ChoiceDecoder endless = decoder(ReasoningStart.NEVER, StopConditions.NONE.withIgnoreEnd(true));
        endless.accept(word("ye"));
        endless.accept('s');
        assertThat(next(endless)).containsExactly(',');

        int control = END + 1;
        ChoiceDecoder stopped = decoder(ReasoningStart.NEVER, StopConditions.NONE.withTokens(TokenIds.of(control)));
        assertThat(next(stopped)).doesNotContain(control);
        stopped.accept(word("ye"));
        stopped.accept('s');
        assertThat(next(stopped)).containsExactly(',', END, control);
    }

    @Test
    void aStopTokenThatIsTextEndsTheChoiceOnlyWhereTheTextIsComplete() {
        StopConditions stops = StopConditions.NONE.withTokens(TokenIds.of('y', 'o', ','));
        ChoiceDecoder masked = decoder(ReasoningStart.NEVER, stops);
        assertThat(next(masked)).as("others may come").containsExactly('\n', 'n', word("ye"));
        masked.accept('n');
        assertThat(masked.only()).isEqualTo('o');
        assertThat(next(masked)).as("it alone has the text").containsExactly('o');
        assertThat(masked.accept('o')).isEqualTo(new ChoiceDecoder.Step("o", FinishReason.STOP));

        ChoiceDecoder complete = decoder(ReasoningStart.NEVER, stops);
        complete.accept(word("ye"));
        complete.accept('s');
        assertThat(next(complete)).containsExactly(',', 'o', 'y', END);
        assertThat(complete.accept(',')).isEqualTo(new ChoiceDecoder.Step("", FinishReason.STOP));

        ChoiceDecoder early = decoder(ReasoningStart.NEVER, stops.withMinTokens(5));
        early.accept(word("ye"));
        early.accept('s');
        assertThat(next(early)).as("too early to end").containsExactly(',');
        assertThat(early.accept(',')).isEqualTo(new ChoiceDecoder.Step(",", null));
    }

    @Test
    void reasoningHasNoEndTokensThoughTheyAreIgnored() {
        ChoiceDecoder endless = decoder(ReasoningStart.OPEN, StopConditions.NONE.withIgnoreEnd(true));
        assertThat(next(endless)).contains('q').doesNotContain(END);
    }

    @ParameterizedTest
    @EnumSource
    void whateverIsDrawnTheAnswerMatchesAndGoesOnAlikeAfterAMove(ReasoningStart start) {
        Random random = new Random(SEED);
        Sampler sampler = new Sampler(TOKENIZER.vocabulary());
        int finished = 0;
        for (int round = 0; round < 60; round++) {
            SamplingParameters hot = new SamplingParameters(2, 1, round).withPenalties(new Penalties(1.1, 0.5, 0.5));
            List<float[]> logits = new ArrayList<>();
            ChoiceDecoder decoder = decoder(start, StopConditions.NONE);
            ChoiceHistory history = ChoiceHistory.after(TokenIds.EMPTY, hot.penalties());
            List<Integer> tokens = new ArrayList<>();
            List<ChoiceDecoder.Step> steps = new ArrayList<>();
            StringBuilder text = new StringBuilder();
            while (decoder.finish() == null) {
                float[] row = new float[TOKENIZER.vocabulary()];
                for (int i = 0; i < row.length; i++) {
                    row[i] = (float) random.nextGaussian();
                }
                // Reasoning would hardly ever end by itself.
                row[word("</think>")] += tokens.size() > 20 ? 20 : 0;
                logits.add(row);
                tokens.add(drawn(decoder, sampler, row, hot, history));
                steps.add(decoder.accept(tokens.getLast()));
                text.append(steps.getLast().text());
            }
            if (decoder.finish() == FinishReason.STOP) {
                assertThat(text.toString()).as("round %d, seed %d", round, SEED).isIn(TEXTS);
                finished++;
            } else {
                assertThat(TEXTS).anyMatch(each -> each.startsWith(text.toString()));
            }
            int cut = random.nextInt(tokens.size());
            ChoiceDecoder moved = decoder(start, StopConditions.NONE);
            ChoiceHistory again = ChoiceHistory.after(TokenIds.EMPTY, hot.penalties());
            for (int i = 0; i < tokens.size(); i++) {
                if (i >= cut) {
                    assertThat(drawn(moved, sampler, logits.get(i), hot, again))
                            .as("token %d after a cut at %d, round %d, seed %d", i, cut, round, SEED)
                            .isEqualTo(tokens.get(i));
                } else {
                    again.add(tokens.get(i));
                }
                assertThat(moved.accept(tokens.get(i))).isEqualTo(steps.get(i));
            }
        }
        assertThat(finished).isGreaterThan(40);
    }

    /** As the scheduler does it. */
    private static int drawn(
            ChoiceDecoder decoder, Sampler sampler, float[] row, SamplingParameters hot, ChoiceHistory history) {
        int only = decoder.only();
        int token = only >= 0 ? only : sampler.sample(WholeLogits.of(row), 0, hot, history, decoder.next(), 0);
        if (only >= 0) {
            assertThat(sampler.sample(WholeLogits.of(row), 0, hot, history, decoder.next(), 0))
                    .as("what drawing would have given")
                    .isEqualTo(only);
        }
        history.add(token);
        return token;
    }

    /** The tokens that may come next, ascending. */
    private static int[] next(ChoiceDecoder decoder) {
        NextTokens next = decoder.next();
        TreeSet<Integer> allowed = new TreeSet<>();
        long[] words = next.words();
        for (int token = 0; token < TOKENIZER.vocabulary(); token++) {
            if (words == null || (words[token / 64] >>> token & 1) != 0) {
                allowed.add(token);
            }
        }
        Arrays.stream(next.forbidden().toArray()).forEach(allowed::remove);
        Arrays.stream(next.besides().toArray()).forEach(allowed::add);
        return allowed.stream().mapToInt(Integer::intValue).toArray();
    }

    private static ChoiceDecoder decoder(ReasoningStart start, StopConditions conditions) {
        AnswerPlan plan = new AnswerPlan(
                SYNTAX, start, null, () -> new TextsGrammar(TEXTS, SYNTAX::bytes, TOKENIZER.vocabulary()));
        return new ChoiceDecoder(TOKENIZER, plan, new CallIds(new RequestId(new UUID(7, 1)), 0), conditions, 80);
    }

    private static int word(String text) {
        return TOKENIZER.special(text).orElseThrow();
    }
}
