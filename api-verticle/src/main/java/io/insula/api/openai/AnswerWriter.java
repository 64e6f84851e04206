package io.insula.api.openai;

import io.insula.api.json.JsonBytes;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Usage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
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

    private static final byte[] ROLE = ascii(
            "[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,\"finish_reason\":null}]");
    private static final byte[] DELTA = ascii("[{\"index\":0,\"delta\":{\"content\":\"");
    private static final byte[] DELTA_END = ascii("\"},\"logprobs\":null,\"finish_reason\":null}]");
    private static final byte[] DONE = ascii("data: [DONE]\n\n");
    private static final byte[] EVENT_END = ascii("}\n\n");
    private static final byte[] NO_USAGE_EVENT_END = ascii(",\"usage\":null}\n\n");

    private final byte[] chunkStart;
    private final byte[] chunkEnd;
    private final byte[] completionStart;
    private final boolean includeUsage;

    /**
     * @param created seconds since the epoch
     * @param model the name that the client asked for
     * @param fingerprint null writes null
     * @param includeUsage whether a stream ends with a usage chunk
     */
    public AnswerWriter(String id, long created, String model, @Nullable String fingerprint, boolean includeUsage) {
        this.includeUsage = includeUsage;
        this.chunkStart = new JsonBytes(256)
                .raw("data: ")
                .raw(start(id, "chat.completion.chunk", created, model, fingerprint))
                .toArray();
        this.chunkEnd = includeUsage ? NO_USAGE_EVENT_END : EVENT_END;
        this.completionStart =
                start(id, "chat.completion", created, model, fingerprint).toArray();
    }

    /** The first chunk: the role and empty content. */
    public void role(JsonBytes out) {
        out.raw(chunkStart).raw(ROLE).raw(chunkEnd);
    }

    /** A chunk of the text's first characters. */
    public void delta(JsonBytes out, CharSequence text, int chars) {
        out.raw(chunkStart).raw(DELTA).escaped(text, chars).raw(DELTA_END).raw(chunkEnd);
    }

    /** The finish chunk, the usage chunk when asked for, and the end mark. */
    public void finish(JsonBytes out, FinishReason finish, Usage usage) {
        out.raw(chunkStart)
                .raw("[{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"")
                .raw(name(finish))
                .raw("\"}]")
                .raw(chunkEnd);
        if (includeUsage) {
            out.raw(chunkStart).raw("[],\"usage\":");
            usage(out, usage);
            out.raw(EVENT_END);
        }
        out.raw(DONE);
    }

    /** A whole completion. */
    public void completion(JsonBytes out, CharSequence text, FinishReason finish, Usage usage) {
        out.raw(completionStart)
                .raw("[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"")
                .escaped(text)
                .raw("\",\"refusal\":null},\"logprobs\":null,\"finish_reason\":\"")
                .raw(name(finish))
                .raw("\"}],\"usage\":");
        usage(out, usage);
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
