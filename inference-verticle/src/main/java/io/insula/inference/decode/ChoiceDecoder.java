package io.insula.inference.decode;

import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Follows one choice token by token: which text becomes certain, which tokens may not come yet, and when and why the choice
 * ends.
 *
 * <p>All state follows from the tokens, so a choice is moved to another engine by {@link #replay replaying} them.
 *
 * <p><b>Thread:</b> one at a time; belongs to one choice.
 *
 * <p><b>Source:</b> {@code min_tokens}, {@code stop_token_ids}: vLLM's sampling parameters; {@code ignore_eos} masks the
 * model's end tokens, as in llama.cpp.
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
    private final StopConditions conditions;
    private final StopStrings stops;
    private final Set<Integer> stopTokens;
    private final TokenIds forbiddenEarly;
    private final TokenIds forbiddenAlways;
    private final int maxTokens;
    private int tokens;
    private @Nullable FinishReason finish;

    /**
     * @param conditions when the choice ends; its token limit does not count here
     * @param maxTokens the choice ends with this many tokens: at least 1
     */
    public ChoiceDecoder(ChatTokenizer tokenizer, StopConditions conditions, int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: >= 1)");
        }
        this.tokenizer = tokenizer;
        this.conditions = conditions;
        this.stops = new StopStrings(conditions.strings());
        this.stopTokens = stream(conditions.tokens()).boxed().collect(Collectors.toUnmodifiableSet());
        this.maxTokens = maxTokens;
        this.forbiddenAlways = conditions.ignoreEnd()
                ? distinct(stream(tokenizer.endTokens()).filter(end -> !stopTokens.contains(end)))
                : TokenIds.EMPTY;
        this.forbiddenEarly = conditions.minTokens() > 0
                ? distinct(IntStream.concat(stream(tokenizer.endTokens()), stream(conditions.tokens())))
                : TokenIds.EMPTY;
    }

    /** Takes the next generated token; a token that ends the choice has no text. */
    public Step accept(int token) {
        if (finish != null) {
            throw new IllegalStateException("token " + token + " after the choice finished with " + finish);
        }
        tokens++;
        boolean end = stopTokens.contains(token) || (tokenizer.isEnd(token) && !conditions.ignoreEnd());
        String text = end ? "" : certain(detokenizer.accept(tokenizer.bytes(token)));
        boolean last = end || tokens == maxTokens;
        if (last && !stops.complete()) {
            text += certain(detokenizer.flush());
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

    /** The tokens that must not be drawn next: what would end the choice too early, or end it at all. */
    public TokenIds forbidden() {
        return tokens < conditions.minTokens() ? forbiddenEarly : forbiddenAlways;
    }

    /** Tokens taken so far, replayed ones and the end token included: the index of the next one to sample. */
    public int tokens() {
        return tokens;
    }

    /** Why the choice ended; null while it runs. */
    public @Nullable FinishReason finish() {
        return finish;
    }

    /** The text of the first {@code minTokens} tokens is not searched for stop strings. */
    private String certain(String text) {
        return tokens > conditions.minTokens() ? stops.accept(text) : text;
    }

    private static TokenIds distinct(IntStream ids) {
        return TokenIds.of(ids.distinct().sorted().toArray());
    }

    private static IntStream stream(TokenIds ids) {
        return IntStream.of(ids.toArray());
    }
}
