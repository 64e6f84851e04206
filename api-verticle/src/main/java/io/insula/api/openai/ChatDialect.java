package io.insula.api.openai;

import io.insula.api.assistant.ChatRequest;
import io.insula.protocol.RequestId;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How one family of routes reads a chat request, and what of the answer it writes differently. */
public interface ChatDialect {

    /**
     * Reads a request body.
     *
     * @throws io.insula.api.error.RequestFailure naming the field at fault and what is allowed
     */
    ChatRequest read(Buffer body);

    /** The config name or id that the client's model name stands for. */
    String alias(String model);

    /** The id of the completion. */
    String completionId(RequestId request);

    /**
     * What clients see of the engines' numerics; null for nothing.
     *
     * @param engineFingerprints of the engine that began, and of each of other numerics that went on with the answer
     */
    @Nullable
    String systemFingerprint(List<String> engineFingerprints);
}
