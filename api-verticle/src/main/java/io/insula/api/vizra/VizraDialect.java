package io.insula.api.vizra;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.insula.api.assistant.ChatRequest;
import io.insula.api.error.ApiError;
import io.insula.api.openai.BodyParser;
import io.insula.api.openai.ChatDialect;
import io.insula.api.openai.ChatRequestReader;
import io.insula.api.openai.OpenAiDialect;
import io.insula.api.openai.RequestLimits;
import io.insula.protocol.RequestId;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Vizra ADK's form of OpenAI's chat request: all faults reported at once, model names mapped to configs. */
public final class VizraDialect implements ChatDialect {

    private static final int ID_CHARS = 29;

    private final ChatRequestReader reader;
    private final VizraModels models;

    public VizraDialect(RequestLimits limits, VizraModels models) {
        this.reader = new ChatRequestReader(limits);
        this.models = models;
    }

    @Override
    public ChatRequest read(Buffer body) {
        ObjectNode root = BodyParser.parse(body);
        Map<String, List<String>> faults = VizraValidation.faults(root);
        if (!faults.isEmpty()) {
            throw new ApiError.InvalidFields(faults).failure();
        }
        ChatRequest request = reader.read(root);
        if (request.messages().stream().noneMatch(message -> message.role().equals("user"))) {
            throw new ApiError.InvalidRequest("No user message found in the conversation", null, "invalid_request")
                    .failure();
        }
        if (!request.structure().tools().isEmpty()) {
            String field = request.structure().functions() ? "functions" : "tools";
            throw ApiError.invalid(field, "present (expected: absent; these routes have no messages of tools)")
                    .failure();
        }
        return request;
    }

    @Override
    public String alias(String model) {
        return models.resolve(model);
    }

    @Override
    public String completionId(RequestId request) {
        String hex = OpenAiDialect.hex(request);
        return "chatcmpl-" + hex.substring(hex.length() - ID_CHARS);
    }

    @Override
    public @Nullable String systemFingerprint(List<String> engineFingerprints) {
        return null;
    }
}
