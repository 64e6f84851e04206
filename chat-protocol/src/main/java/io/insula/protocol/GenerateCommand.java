package io.insula.protocol;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Asks an inference node to generate the answers to one conversation and to send their frames to
 * {@link Addresses#frames}.
 *
 * <p>Admission is idempotent by ({@code request}, {@code attempt}): a repeated command is answered as the first was and
 * starts nothing anew.
 *
 * @param request the stream's identity, equal over all attempts
 * @param attempt 0 for the first engine, one more for each engine that takes the stream over
 * @param apiNode the HTTP node whose lease ({@link ApiStatus}) this stream lives under
 * @param apiInstance the instance of that node's HTTP verticle that takes the frames
 * @param tenant whose request it is: fairness and cache salt
 * @param weight more than 0, finite; the tenant's share of an engine, relative to the other tenants'
 * @param config the assistant config it came through; null when the base model was named directly
 * @param key the access key's id, for the usage row of a stream whose HTTP node dies; null for a keyless request
 * @param model the base model
 * @param messages the conversation, system prompt included; at least one
 * @param tools what the model may call
 * @param form what the answer's text must look like
 * @param templateArguments a JSON object's text: what the chat template is told beside the conversation
 * @param sampling how tokens are drawn
 * @param stop when a choice ends
 * @param output how many choices there are and what is told of their tokens
 * @param deadlineMillis how long from its admission on the client waits for the end; 0 for ever
 * @param resumeTokens the tokens of each choice that an earlier attempt already delivered: replayed with output
 *     suppressed; empty at the start, else one entry for each choice
 */
public record GenerateCommand(
        RequestId request,
        int attempt,
        NodeId apiNode,
        int apiInstance,
        TenantId tenant,
        double weight,
        @Nullable ConfigId config,
        @Nullable UUID key,
        ModelName model,
        List<ChatMessage> messages,
        Tools tools,
        ResponseForm form,
        String templateArguments,
        SamplingParameters sampling,
        StopConditions stop,
        OutputOptions output,
        int deadlineMillis,
        List<TokenIds> resumeTokens) {

    public GenerateCommand {
        messages = List.copyOf(messages);
        resumeTokens = List.copyOf(resumeTokens);
        if (attempt < 0) {
            throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 0)");
        }
        if (apiInstance < 0) {
            throw new IllegalArgumentException("apiInstance: " + apiInstance + " (expected: >= 0)");
        }
        if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("weight: " + weight + " (expected: finite, more than 0)");
        }
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("messages: [] (expected: at least one)");
        }
        if (!templateArguments.startsWith("{")) {
            throw new IllegalArgumentException("templateArguments: no object (expected: a JSON object's text)");
        }
        if (deadlineMillis < 0) {
            throw new IllegalArgumentException("deadlineMillis: " + deadlineMillis + " (expected: >= 0)");
        }
        if (!resumeTokens.isEmpty() && resumeTokens.size() != output.choices()) {
            throw new IllegalArgumentException("resumeTokens: of " + resumeTokens.size()
                    + " choices (expected: none, or one entry for each of " + output.choices() + ")");
        }
    }

    /** Starts a command whose components have their defaults: the first attempt, weight 1, one choice, no limits. */
    public static GenerateCommandBuilder of(RequestId request, ModelName model, List<ChatMessage> messages) {
        return new GenerateCommandBuilder(request, model, messages);
    }

    /** Starts a command that differs from this one where it is told to. */
    public GenerateCommandBuilder but() {
        return new GenerateCommandBuilder(this);
    }

    /** Where this stream's frames go. */
    public String framesAddress() {
        return Addresses.frames(apiNode, apiInstance);
    }

    /** What an earlier attempt delivered of one choice. */
    public TokenIds resumeTokens(int choice) {
        return resumeTokens.isEmpty() ? TokenIds.EMPTY : resumeTokens.get(choice);
    }
}
