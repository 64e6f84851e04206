package io.insula.api.openai;

import io.insula.api.assistant.ChatRequest;
import io.insula.protocol.RequestId;
import io.vertx.core.buffer.Buffer;
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

    /** What clients see of the engine's numerics; null for nothing. */
    @Nullable
    String systemFingerprint(String engineFingerprint);
}
