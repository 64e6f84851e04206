package io.insula.api.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.error.ApiError;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads OpenAI's embeddings request: strict types and ranges, each fault named.
 *
 * <p>Token ids are refused: clients take them from the vocabularies of OpenAI's models, where they mean other words.
 */
public final class EmbeddingsRequestReader {

    private static final int MAX_DIMENSIONS = 1 << 20;

    private final int maxModelChars;
    private final int maxInputs;

    public EmbeddingsRequestReader(int maxModelChars, int maxInputs) {
        this.maxModelChars = maxModelChars;
        this.maxInputs = maxInputs;
    }

    /**
     * Reads a parsed body.
     *
     * @throws io.insula.api.error.RequestFailure naming the field at fault and what is allowed
     */
    public EmbeddingsRequest read(ObjectNode root) {
        Fields fields = new Fields(root);
        String model = fields.text("model");
        if (model == null) {
            throw Fields.missing("model", "the name of an embedding model");
        }
        if (model.isBlank() || model.length() > maxModelChars) {
            throw ApiError.invalid("model", model.length() + " characters (expected: 1.." + maxModelChars + ")")
                    .failure();
        }
        fields.text("user");
        Long dimensions = fields.integer("dimensions", 1, MAX_DIMENSIONS);
        return new EmbeddingsRequest(
                Conversation.wellFormed("model", model),
                input(fields.get("input")),
                base64(fields.get("encoding_format")),
                dimensions == null ? null : Math.toIntExact(dimensions));
    }

    private List<String> input(@Nullable JsonNode input) {
        String allowed = "a string or an array of 1.." + maxInputs + " strings";
        if (input == null) {
            throw Fields.missing("input", allowed);
        }
        if (input.isTextual()) {
            return List.of(text("input", input));
        }
        if (!input.isArray() || input.isEmpty()) {
            throw Fields.wrong("input", input, allowed);
        }
        if (input.size() > maxInputs) {
            throw ApiError.invalid("input", input.size() + " strings (expected: " + allowed + ")")
                    .failure();
        }
        List<String> texts = new ArrayList<>(input.size());
        for (int i = 0; i < input.size(); i++) {
            texts.add(text("input[" + i + "]", input.get(i)));
        }
        return texts;
    }

    private static String text(String at, JsonNode value) {
        if (value.isIntegralNumber() || (value.isArray() && value.path(0).isIntegralNumber())) {
            throw ApiError.invalid(at, "token ids (expected: text; the model does not share OpenAI's vocabularies)")
                    .failure();
        }
        String text = value.textValue();
        if (text == null || text.isEmpty()) {
            throw Fields.wrong(at, value, "a string that is not empty");
        }
        return Conversation.wellFormed(at, text);
    }

    private static boolean base64(@Nullable JsonNode format) {
        if (format == null) {
            return false;
        }
        return switch (format.isTextual() ? format.textValue() : "") {
            case "float" -> false;
            case "base64" -> true;
            default -> throw Fields.wrong("encoding_format", format, "\"float\" or \"base64\"");
        };
    }
}
