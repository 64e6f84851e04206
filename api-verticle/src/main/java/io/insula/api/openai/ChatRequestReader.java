package io.insula.api.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.assistant.ChatRequest;
import io.insula.api.error.ApiError;
import io.insula.protocol.StopConditions;

/**
 * Reads OpenAI's chat completion request: strict types and ranges, each fault named.
 *
 * <p>A field whose effect is not implemented is refused unless it has its neutral value, so that nothing is accepted and
 * then not done. Unknown fields are ignored.
 */
public final class ChatRequestReader {

    private final RequestLimits limits;

    public ChatRequestReader(RequestLimits limits) {
        this.limits = limits;
    }

    /**
     * Reads a parsed body.
     *
     * @throws io.insula.api.error.RequestFailure naming the field at fault and what is allowed
     */
    public ChatRequest read(ObjectNode root) {
        Fields fields = new Fields(root);
        String model = model(fields);
        NotYet.refuse(fields);
        StopConditions stop = StopFields.read(fields, limits);
        return new ChatRequest(
                model,
                Conversation.read(fields, limits),
                SamplingFields.read(fields, limits),
                stop,
                StructureFields.read(fields, limits.structure()),
                FormFields.read(fields, limits, stop.maxTokens()));
    }

    private String model(Fields fields) {
        String model = fields.text("model");
        if (model == null) {
            throw Fields.missing("model", "the id or name of an assistant config");
        }
        if (model.isBlank() || model.length() > limits.maxModelChars()) {
            throw ApiError.invalid(
                            "model", model.length() + " characters (expected: 1.." + limits.maxModelChars() + ")")
                    .failure();
        }
        return Conversation.wellFormed("model", model);
    }
}
