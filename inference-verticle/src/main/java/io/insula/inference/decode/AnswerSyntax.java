package io.insula.inference.decode;

import io.insula.inference.decode.parts.ReasoningStart;
import io.insula.inference.decode.parts.ReasoningTags;
import io.insula.inference.decode.parts.ToolSyntax;
import io.insula.inference.text.ChatTokenizer;
import io.insula.protocol.TokenIds;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model writes what is not plain text into its answers, as its chat template and vocabulary show.
 *
 * <p>Tags may be control tokens, which have no bytes. Where a tag counts, its token's bytes are the tag's text.
 *
 * <p><b>Thread:</b> any.
 */
public final class AnswerSyntax {

    /** More than any tag and the white space behind it. */
    private static final int LAST_TOKENS = 32;

    private final ChatTokenizer tokenizer;
    private final @Nullable ReasoningTags reasoning;
    private final @Nullable ToolSyntax asked;
    private final Map<Integer, byte[]> reasoningMarks;
    private final Map<Integer, byte[]> toolMarks;
    private @Nullable BorderTokens border;

    private AnswerSyntax(ChatTokenizer tokenizer, @Nullable ReasoningTags reasoning, @Nullable ToolSyntax asked) {
        this.tokenizer = tokenizer;
        this.reasoning = reasoning;
        this.asked = asked;
        this.reasoningMarks = reasoning == null ? Map.of() : marks(List.of(reasoning.open(), reasoning.close()));
        this.toolMarks = marks(tools().marks());
    }

    /** Reads a model's chat template. */
    public static AnswerSyntax of(ChatTokenizer tokenizer) {
        String template = tokenizer.template();
        return new AnswerSyntax(
                tokenizer,
                ReasoningTags.of(template).orElse(null),
                tokenizer.traits().tools() ? ToolSyntax.of(template).orElse(null) : null);
    }

    private Map<Integer, byte[]> marks(List<String> texts) {
        Map<Integer, byte[]> marks = new HashMap<>();
        for (String text : texts) {
            tokenizer.special(text).ifPresent(token -> marks.put(token, text.getBytes(StandardCharsets.UTF_8)));
        }
        return Map.copyOf(marks);
    }

    /** The tags around reasoning; empty for a model that does not reason. */
    public Optional<ReasoningTags> reasoning() {
        return Optional.ofNullable(reasoning);
    }

    /** How calls are written: as the template asks for them, or, where it asks for none, as the fallback prompt does. */
    public ToolSyntax tools() {
        return asked == null ? ToolSyntax.HERMES : asked;
    }

    /** Whether the template itself writes the tools and asks for calls in a syntax that is understood. */
    public boolean templateAsksForTools() {
        return asked != null;
    }

    /** Where the reasoning of an answer to this prompt stands. */
    public ReasoningStart reasoningAfter(TokenIds prompt) {
        if (reasoning == null) {
            return ReasoningStart.NEVER;
        }
        ByteArrayOutputStream end = new ByteArrayOutputStream();
        for (int i = Math.max(0, prompt.size() - LAST_TOKENS); i < prompt.size(); i++) {
            byte[] text = bytes(prompt.get(i), false);
            if (text.length == 0) {
                // A control token: the text before it is another message's.
                end.reset();
            }
            end.writeBytes(text);
        }
        return ReasoningStart.after(end.toString(StandardCharsets.UTF_8), reasoning);
    }

    /** The bytes of a token where all tags count: those that a grammar is written over. */
    public byte[] bytes(int token) {
        return bytes(token, true);
    }

    /**
     * The bytes of a token.
     *
     * @param tools whether the tags around tool calls count, too
     */
    byte[] bytes(int token, boolean tools) {
        byte[] mark = reasoningMarks.get(token);
        if (mark == null && tools) {
            mark = toolMarks.get(token);
        }
        return mark == null ? tokenizer.bytes(token) : mark;
    }

    /** The token that opens the reasoning; -1 where it is none, or none alone. */
    int opening() {
        return reasoning == null ? -1 : tokenizer.special(reasoning.open()).orElse(-1);
    }

    /** Does once what the first answer with a grammar would wait for; takes its time. */
    public void prepareGrammars() {
        border();
    }

    /** The tokens at the border between reasoning and answer; made when they are first asked for. */
    synchronized BorderTokens border() {
        if (border == null) {
            border = reasoning == null
                    ? BorderTokens.NONE
                    : BorderTokens.of(this::bytes, tokenizer.vocabulary(), reasoning.close());
        }
        return border;
    }
}
