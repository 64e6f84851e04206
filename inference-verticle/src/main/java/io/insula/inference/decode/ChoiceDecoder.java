package io.insula.inference.decode;

import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Follows one choice token by token: which text becomes certain, and when and why the choice ends.
 *
 * <p>All state follows from the tokens, so a choice is moved to another engine by {@link #replay replaying} them.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 */
public final class ChoiceDecoder {

    /**
     * What one token brought.
     *
     * @param text the text that became certain; empty while a code point or a stop string is undecided
     * @param finish why the choice ended with this token; null while it runs
     */
    public record Step(String text, @Nullable FinishReason finish) {}

    private final ChatTokenizer tokenizer;
    private final StreamingDetokenizer detokenizer = new StreamingDetokenizer();
    private final StopStrings stops;
    private final int maxTokens;
    private int tokens;
    private @Nullable FinishReason finish;

    /**
     * @param stops the text ends before the first of these; none is empty
     * @param maxTokens the choice ends with this many tokens: at least 1
     */
    public ChoiceDecoder(ChatTokenizer tokenizer, List<String> stops, int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: >= 1)");
        }
        this.tokenizer = tokenizer;
        this.stops = new StopStrings(stops);
        this.maxTokens = maxTokens;
    }

    /** Takes the next generated token; an end token ends the choice and has no text. */
    public Step accept(int token) {
        if (finish != null) {
            throw new IllegalStateException("token " + token + " after the choice finished with " + finish);
        }
        tokens++;
        boolean end = tokenizer.isEnd(token);
        String text = end ? "" : stops.accept(detokenizer.accept(tokenizer.bytes(token)));
        boolean last = end || tokens == maxTokens;
        if (last && !stops.complete()) {
            text += stops.accept(detokenizer.flush());
        }
        if (end || stops.complete()) {
            finish = FinishReason.STOP;
        } else if (last) {
            finish = FinishReason.LENGTH;
        }
        return new Step(last ? text + stops.flush() : text, finish);
    }

    /** Brings a new decoder to the state after these tokens, whose text an earlier attempt already delivered. */
    public void replay(TokenIds delivered) {
        for (int i = 0; i < delivered.size(); i++) {
            accept(delivered.get(i));
        }
    }

    /** Tokens taken so far, replayed ones and the end token included: the index of the next one to sample. */
    public int tokens() {
        return tokens;
    }

    /** Why the choice ended; null while it runs. */
    public @Nullable FinishReason finish() {
        return finish;
    }
}
