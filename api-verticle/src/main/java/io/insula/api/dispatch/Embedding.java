package io.insula.api.dispatch;

import io.insula.protocol.EmbedCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import java.util.List;

/**
 * What is to be embedded, before anybody knows by which engine.
 *
 * @param texts at least one, none empty
 */
public record Embedding(RequestId request, TenantId tenant, ModelName model, List<String> texts) {

    public Embedding {
        texts = List.copyOf(texts);
    }

    /** The command for the texts from one index on. */
    EmbedCommand command(int from, int most) {
        return new EmbedCommand(request, tenant, model, texts.subList(from, Math.min(texts.size(), from + most)));
    }
}
