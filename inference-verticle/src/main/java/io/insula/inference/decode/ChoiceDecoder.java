package io.insula.inference.decode;

import io.insula.inference.decode.parts.AnswerParts;
import io.insula.inference.decode.parts.CallRules;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.StopConditions;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.TokenIds;
import io.insula.protocol.ToolCallDelta;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Follows one choice token by token: which text, reasoning and calls become certain, which tokens may come next, and when and
 * why the choice ends.
 *
 * <p>Stop strings are looked for in the visible text alone. A choice that ends by itself ends for its calls if it
 * made any and all of them are complete.
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
     * @param text the visible text that became certain; empty while a code point, a tag or a stop string is undecided
     * @param reasoning the reasoning that became certain
     * @param toolCalls what became certain of tool calls
     * @param finish why the choice ended with this token; null while it runs
     */
    public record Step(
            String text,
            String reasoning,
            List<ToolCallDelta> toolCalls,
            @Nullable FinishReason finish) {

        public Step {
            toolCalls = List.copyOf(toolCalls);
        }

        /** Visible text alone. */
        public Step(String text, @Nullable FinishReason finish) {
            this(text, "", List.of(), finish);
        }
    }

    private final ChatTokenizer tokenizer;
    private final AnswerPlan plan;
    private final boolean toolMarks;
    private final StreamingDetokenizer detokenizer = new StreamingDetokenizer();
    private final StopConditions conditions;
    private final StepParts gathered;
    private final AnswerParts parts;
    private final @Nullable GrammarGate gate;
    private final Set<Integer> stopTokens;
    private final TokenIds forbiddenEarly;
    private final TokenIds forbiddenAlways;
    private final int maxTokens;
    private int tokens;
    private int reasoningTokens;
    private @Nullable FinishReason finish;

    /**
     * @param plan what the choice is made of
     * @param ids names its tool calls
     * @param conditions when the choice ends; its token limit does not count here
     * @param maxTokens the choice ends with this many tokens: at least 1
     */
    public ChoiceDecoder(
            ChatTokenizer tokenizer, AnswerPlan plan, CallIds ids, StopConditions conditions, int maxTokens) {
        if (maxTokens < 1) {
            throw new IllegalArgumentException("maxTokens: " + maxTokens + " (expected: >= 1)");
        }
        this.tokenizer = tokenizer;
        this.plan = plan;
        this.conditions = conditions;
        CallRules calls = plan.calls();
        this.toolMarks = calls != null || plan.grammar() != null;
        this.gathered = new StepParts(ids, new StopStrings(conditions.strings()), calls == null || calls.parallel());
        this.parts = new AnswerParts(plan.tags(), plan.reasoning(), calls, gathered);
        this.stopTokens = stream(conditions.tokens()).boxed().collect(Collectors.toUnmodifiableSet());
        this.maxTokens = maxTokens;
        this.forbiddenAlways = conditions.ignoreEnd()
                ? distinct(stream(tokenizer.endTokens()).filter(end -> !stopTokens.contains(end)))
                : TokenIds.EMPTY;
        this.forbiddenEarly = conditions.minTokens() > 0
                ? distinct(IntStream.concat(stream(tokenizer.endTokens()), stream(conditions.tokens())))
                : TokenIds.EMPTY;
        this.gate = gate(plan.syntax(), plan.grammar());
    }

    private @Nullable GrammarGate gate(@Nullable AnswerSyntax syntax, @Nullable Supplier<GrammarMask> grammar) {
        if (syntax == null || grammar == null) {
            return null;
        }
        IntStream ends = conditions.ignoreEnd() ? IntStream.empty() : stream(tokenizer.endTokens());
        return new GrammarGate(
                grammar.get(),
                parts,
                syntax,
                plan.reasoning(),
                distinct(IntStream.concat(ends, stream(conditions.tokens()))),
                tokenizer.endTokens());
    }

    /** Takes the next generated token; a token that ends the choice has no text. */
    public Step accept(int token) {
        if (finish != null) {
            throw new IllegalStateException("token " + token + " after the choice finished with " + finish);
        }
        boolean end = ends(token);
        tokens++;
        boolean reasoned = parts.reasons();
        gathered.begin(tokens > conditions.minTokens());
        if (!end) {
            read(token);
            reasoningTokens += reasoned || parts.reasons() ? 1 : 0;
        }
        end = end || (gate != null && gate.over());
        if (end || tokens == maxTokens) {
            parts.accept(detokenizer.flush());
            parts.flush();
            gathered.flush();
        }
        if (end || gathered.over()) {
            finish = gathered.called() ? FinishReason.TOOL_CALLS : FinishReason.STOP;
        } else if (tokens == maxTokens) {
            finish = FinishReason.LENGTH;
        }
        return gathered.step(finish);
    }

    private boolean ends(int token) {
        boolean end = stopTokens.contains(token) || (tokenizer.isEnd(token) && !conditions.ignoreEnd());
        return end && (gate == null || !gate.isText(token, !early()));
    }

    private boolean early() {
        return tokens < conditions.minTokens();
    }

    private void read(int token) {
        if (gate != null) {
            gate.comes(token);
        }
        AnswerSyntax syntax = plan.syntax();
        byte[] bytes = syntax == null ? tokenizer.bytes(token) : syntax.bytes(token, toolMarks);
        parts.accept(detokenizer.accept(bytes));
        if (gate != null) {
            gate.came();
        }
    }

    /** Brings a new decoder to the state after these tokens, whose text an earlier attempt already delivered. */
    public void replay(TokenIds delivered) {
        for (int i = 0; i < delivered.size(); i++) {
            accept(delivered.get(i));
        }
    }

    /**
     * The tokens that may be drawn next: none that would end the choice too early, or end it at all, and, where there is a
     * grammar, none that it has no place for. Where these two leave nothing, the grammar wins.
     */
    public NextTokens next() {
        return gate == null ? NextTokens.allBut(early() ? forbiddenEarly : forbiddenAlways) : gate.next(!early());
    }

    /** The only token that may come next, which need not be drawn; -1 where there is a choice. */
    public int only() {
        return gate == null ? -1 : gate.only();
    }

    /** Tokens taken so far, replayed ones and the end token included: the index of the next one to sample. */
    public int tokens() {
        return tokens;
    }

    /** Those of the tokens that are reasoning, the tags around it included. */
    public int reasoningTokens() {
        return reasoningTokens;
    }

    /** Why the choice ended; null while it runs. */
    public @Nullable FinishReason finish() {
        return finish;
    }

    private static TokenIds distinct(IntStream ids) {
        return TokenIds.of(ids.distinct().sorted().toArray());
    }

    private static IntStream stream(TokenIds ids) {
        return IntStream.of(ids.toArray());
    }
}
