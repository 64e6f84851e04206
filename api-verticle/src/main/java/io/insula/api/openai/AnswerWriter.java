package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenScores;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
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
    private static final byte[] DELTA = ascii(",\"delta\":{\"content\":\"");
    private static final byte[] DELTA_END = ascii("\"},\"logprobs\":null,\"finish_reason\":null}]");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");
    private static final byte[] EVENT_END = ascii("}\n\n");
    private static final byte[] NO_USAGE_EVENT_END = ascii(",\"usage\":null}\n\n");

    private final byte[] chunkStart;
    private final byte[] chunkEnd;
    private final byte[] completionStart;
    private final boolean includeUsage;
    private final String echoed;

    /**
     * @param created seconds since the epoch
     * @param model the name that the client asked for
     * @param fingerprint null writes null
     * @param includeUsage whether a stream ends with a usage chunk
     * @param echoed text that every choice begins with; may be empty
     */
    public AnswerWriter(
            String id, long created, String model, @Nullable String fingerprint, boolean includeUsage, String echoed) {
        this.includeUsage = includeUsage;
        this.echoed = echoed;
        this.chunkStart = new JsonBytes(256)
                .raw("data: ")
                .raw(start(id, "chat.completion.chunk", created, model, fingerprint))
                .toArray();
        this.chunkEnd = includeUsage ? NO_USAGE_EVENT_END : EVENT_END;
        this.completionStart =
                start(id, "chat.completion", created, model, fingerprint).toArray();
    }

    /** The first chunk of a choice: the role and empty content; then what is echoed. */
    public void role(JsonBytes out, int choice) {
        out.raw(chunkStart).raw(CHOICE).number(choice).raw(ROLE).raw(chunkEnd);
        if (!echoed.isEmpty()) {
            delta(out, choice, echoed, echoed.length(), List.of());
        }
    }

    /** A chunk of the text's first characters and of log-probabilities, where there are any. */
    public void delta(JsonBytes out, int choice, CharSequence text, int chars, List<TokenScores> scores) {
        out.raw(chunkStart).raw(CHOICE).number(choice).raw(DELTA).escaped(text, chars);
        if (scores.isEmpty()) {
            out.raw(DELTA_END);
        } else {
            ScoresWriter.answer(out.raw("\"},\"logprobs\":"), scores);
            out.raw(",\"finish_reason\":null}]");
        }
        out.raw(chunkEnd);
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
            out.raw(i == 0 ? "{\"index\":" : ",{\"index\":")
                    .number(i)
                    .raw(",\"message\":{\"role\":\"assistant\",\"content\":\"")
                    .escaped(echoed)
                    .escaped(choice.text())
                    .raw("\",\"refusal\":null},\"logprobs\":");
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
                .raw(",\"audio_tokens\":0},\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,")
                .raw("\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}");
    }

    private static String name(FinishReason finish) {
        return finish.name().toLowerCase(Locale.ROOT);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
