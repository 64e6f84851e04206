package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenScores;
import io.insula.protocol.ToolCall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes one completion, whole or as chunks, around text that is escaped straight into the bytes.
 *
 * <p>The parts that all chunks of an answer share are encoded once: serializing a tree for every token is the dearest
 * thing the HTTP side could do.
 *
 * <p><b>Source:</b> OpenAI's {@code CreateChatCompletionResponse} and {@code CreateChatCompletionStreamResponse}.
 */
public final class AnswerWriter {

    private static final byte[] CHOICE = ascii("[{\"index\":");
    private static final byte[] ROLE =
            ascii(",\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]");
    private static final byte[] ROLE_OF_CALLER =
            ascii(",\"delta\":{\"role\":\"assistant\",\"content\":null},\"logprobs\":null,\"finish_reason\":null}]");
    private static final byte[] DELTA = ascii(",\"delta\":{");
    private static final byte[] CONTENT = ascii("\"content\":\"");
    private static final byte[] REASONING = ascii("\"reasoning_content\":\"");
    private static final byte[] DELTA_END = ascii("},\"logprobs\":null,\"finish_reason\":null}]");
    private static final AnswerPart TEXT = new AnswerPart.Text();
    private static final byte[] DONE = ascii("data: [DONE]\n\n");
    private static final byte[] EVENT_END = ascii("}\n\n");
    private static final byte[] NO_USAGE_EVENT_END = ascii(",\"usage\":null}\n\n");

    private final byte[] chunkStart;
    private final byte[] chunkEnd;
    private final byte[] completionStart;
    private final boolean includeUsage;
    private final String echoed;
    private final boolean functions;

    /**
     * @param created seconds since the epoch
     * @param model the name that the client asked for
     * @param fingerprint null writes null
     * @param includeUsage whether a stream ends with a usage chunk
     * @param echoed text that every choice begins with; may be empty
     * @param functions whether calls are told in the older form, which knows one call of a choice
     */
    public AnswerWriter(
            String id,
            long created,
            String model,
            @Nullable String fingerprint,
            boolean includeUsage,
            String echoed,
            boolean functions) {
        this.includeUsage = includeUsage;
        this.echoed = echoed;
        this.functions = functions;
        this.chunkStart = new JsonBytes(256)
                .raw("data: ")
                .raw(start(id, "chat.completion.chunk", created, model, fingerprint))
                .toArray();
        this.chunkEnd = includeUsage ? NO_USAGE_EVENT_END : EVENT_END;
        this.completionStart =
                start(id, "chat.completion", created, model, fingerprint).toArray();
    }

    /**
     * The first chunk of a choice: the role and empty content; then what is echoed.
     *
     * @param calls whether the choice begins with a call, and may have no content at all
     */
    public void role(JsonBytes out, int choice, boolean calls) {
        out.raw(chunkStart)
                .raw(CHOICE)
                .number(choice)
                .raw(calls && echoed.isEmpty() ? ROLE_OF_CALLER : ROLE)
                .raw(chunkEnd);
        if (!echoed.isEmpty()) {
            delta(out, choice, TEXT, echoed, echoed.length(), List.of());
        }
    }

    /**
     * A chunk of one part of a choice.
     *
     * @param chars how many of the text's characters are told
     * @param scores log-probabilities of the tokens that came with them, where there are any
     */
    public void delta(
            JsonBytes out, int choice, AnswerPart part, CharSequence text, int chars, List<TokenScores> scores) {
        if (functions && isCallAfterTheFirst(part)) {
            return;
        }
        out.raw(chunkStart).raw(CHOICE).number(choice).raw(DELTA);
        part(out, part, text, chars);
        if (scores.isEmpty()) {
            out.raw(DELTA_END);
        } else {
            ScoresWriter.answer(out.raw("},\"logprobs\":"), scores);
            out.raw(",\"finish_reason\":null}]");
        }
        out.raw(chunkEnd);
    }

    private void part(JsonBytes out, AnswerPart part, CharSequence text, int chars) {
        switch (part) {
            case AnswerPart.Text() -> out.raw(CONTENT).escaped(text, chars).raw("\"");
            case AnswerPart.Reasoning() ->
                out.raw(REASONING).escaped(text, chars).raw("\"");
            case AnswerPart.CallStart(int index, String id, String name) -> {
                if (functions) {
                    CallsWriter.functionStart(out, name);
                } else {
                    CallsWriter.start(out, index, id, name);
                }
            }
            case AnswerPart.CallArguments(int index) -> {
                if (functions) {
                    CallsWriter.functionArguments(out, text, chars);
                } else {
                    CallsWriter.arguments(out, index, text, chars);
                }
            }
        }
    }

    private static boolean isCallAfterTheFirst(AnswerPart part) {
        return switch (part) {
            case AnswerPart.Text(), AnswerPart.Reasoning() -> false;
            case AnswerPart.CallStart start -> start.index() > 0;
            case AnswerPart.CallArguments arguments -> arguments.index() > 0;
        };
    }

    /** The last chunk of a choice. */
    public void finish(JsonBytes out, int choice, FinishReason finish) {
        out.raw(chunkStart)
                .raw(CHOICE)
                .number(choice)
                .raw(",\"delta\":{},\"logprobs\":null,\"finish_reason\":\"")
                .raw(name(finish))
                .raw("\"}]")
                .raw(chunkEnd);
    }

    /** The usage chunk when asked for, and the end mark. */
    public void end(JsonBytes out, Usage usage) {
        if (includeUsage) {
            out.raw(chunkStart).raw("[],\"usage\":");
            usage(out, usage);
            out.raw(EVENT_END);
        }
        out.raw(DONE);
    }

    /**
     * A whole completion.
     *
     * @param choices in the order in which the client gets them; each has ended
     * @param scored whether the client is told of the answers' log-probabilities
     * @param promptScores of the prompt's tokens from the second one on; null when they were not asked for
     */
    public void completion(
            JsonBytes out,
            List<ChoiceText> choices,
            boolean scored,
            @Nullable List<TokenScores> promptScores,
            Usage usage) {
        out.raw(completionStart).raw("[");
        for (int i = 0; i < choices.size(); i++) {
            ChoiceText choice = choices.get(i);
            out.raw(i == 0 ? "{\"index\":" : ",{\"index\":").number(i).raw(",\"message\":");
            message(out, choice);
            out.raw(",\"logprobs\":");
            if (scored) {
                ScoresWriter.answer(out, choice.scores());
            } else {
                out.raw("null");
            }
            out.raw(",\"finish_reason\":\"")
                    .raw(name(Objects.requireNonNull(choice.finish())))
                    .raw("\"}");
        }
        out.raw("],\"usage\":");
        usage(out, usage);
        if (promptScores != null) {
            ScoresWriter.prompt(out.raw(",\"prompt_logprobs\":"), promptScores);
        }
        out.raw("}");
    }

    private void message(JsonBytes out, ChoiceText choice) {
        List<ToolCall> calls = choice.calls();
        out.raw("{\"role\":\"assistant\",\"content\":");
        if (calls.isEmpty() || !choice.text().isEmpty() || !echoed.isEmpty()) {
            out.raw("\"").escaped(echoed).escaped(choice.text()).raw("\"");
        } else {
            out.raw("null");
        }
        if (!choice.reasoning().isEmpty()) {
            out.raw(",").raw(REASONING).escaped(choice.reasoning()).raw("\"");
        }
        if (!calls.isEmpty()) {
            CallsWriter.whole(out, calls, functions);
        }
        out.raw(",\"refusal\":null}");
    }

    private static JsonBytes start(String id, String object, long created, String model, @Nullable String fingerprint) {
        return new JsonBytes(256)
                .raw("{\"id\":")
                .string(id)
                .raw(",\"object\":\"")
                .raw(object)
                .raw("\",\"created\":")
                .number(created)
                .raw(",\"model\":")
                .string(model)
                .raw(",\"system_fingerprint\":")
                .string(fingerprint)
                .raw(",\"choices\":");
    }

    private static void usage(JsonBytes out, Usage usage) {
        out.raw("{\"prompt_tokens\":")
                .number(usage.promptTokens())
                .raw(",\"completion_tokens\":")
                .number(usage.completionTokens())
                .raw(",\"total_tokens\":")
                .number((long) usage.promptTokens() + usage.completionTokens())
                .raw(",\"prompt_tokens_details\":{\"cached_tokens\":")
                .number(usage.cachedTokens())
                .raw(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":")
                .number(usage.reasoningTokens())
                .raw(",\"audio_tokens\":0,\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    }

    private String name(FinishReason finish) {
        return switch (finish) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case TOOL_CALLS -> functions ? "function_call" : "tool_calls";
        };
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
