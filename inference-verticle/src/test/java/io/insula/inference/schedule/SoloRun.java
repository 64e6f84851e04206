package io.insula.inference.schedule;

import io.insula.inference.decode.AnswerPlan;
import io.insula.inference.decode.CallIds;
import io.insula.inference.decode.ChoiceDecoder;
import io.insula.inference.decode.ChoiceHistory;
import io.insula.inference.decode.Sampler;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a request gives alone on an engine: prompt at once, then one row a step. The oracle of every scheduler test.
 *
 * @param tokens all generated tokens
 * @param texts the text that each token made certain
 * @param finish why it ended
 */
public record SoloRun(List<Integer> tokens, List<String> texts, FinishReason finish) {

    /** Runs a command that starts from its beginning. */
    public static SoloRun of(
            DecoderEngine engine, ChatTokenizer tokenizer, GenerateCommand command, int[] prompt, int maxTokens) {
        return of(engine, tokenizer, command, prompt, maxTokens, 0);
    }

    /** Runs one choice of a command. */
    static SoloRun of(
            DecoderEngine engine,
            ChatTokenizer tokenizer,
            GenerateCommand command,
            int[] prompt,
            int maxTokens,
            int choice) {
        Sampler sampler = new Sampler(engine.shape().vocabulary());
        ChoiceDecoder decoder = new ChoiceDecoder(
                tokenizer, AnswerPlan.TEXT, new CallIds(command.request(), choice), command.stop(), maxTokens);
        ChoiceHistory history =
                ChoiceHistory.after(TokenIds.of(prompt), command.sampling().penalties());
        List<Integer> tokens = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        engine.clear(0);
        engine.prefill(0, prompt, 0, prompt.length);
        var logits = engine.prefillLogits();
        @Nullable FinishReason finish = null;
        while (finish == null) {
            int token = sampler.sample(logits, 0, command.sampling(), history, decoder.next(), choice);
            history.add(token);
            ChoiceDecoder.Step step = decoder.accept(token);
            tokens.add(token);
            texts.add(step.text());
            finish = step.finish();
            if (finish == null) {
                logits = engine.decode(1, new int[] {token});
            }
        }
        engine.clear(0);
        return new SoloRun(List.copyOf(tokens), List.copyOf(texts), Objects.requireNonNull(finish));
    }

    public String text() {
        return String.join("", texts);
    }

    public TokenIds firstTokens(int count) {
        return TokenIds.of(
                tokens.stream().limit(count).mapToInt(Integer::intValue).toArray());
    }
}
