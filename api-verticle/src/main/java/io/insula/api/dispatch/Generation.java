package io.insula.api.dispatch;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.ConfigId;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is to be generated, before anybody knows by which engine.
 *
 * @param config the assistant config it came through; null for none
 * @param maxTokens 0 means the remaining room of the context
 */
public record Generation(
        RequestId request,
        TenantId tenant,
        @Nullable ConfigId config,
        ModelName model,
        List<ChatMessage> messages,
        SamplingParameters sampling,
        int maxTokens,
        List<String> stop) {

    public Generation {
        messages = List.copyOf(messages);
        stop = List.copyOf(stop);
    }

    GenerateCommand command(int attempt, NodeId apiNode, int apiInstance) {
        return new GenerateCommand(
                request,
                attempt,
                apiNode,
                apiInstance,
                tenant,
                config,
                model,
                messages,
                sampling,
                maxTokens,
                stop,
                TokenIds.EMPTY);
    }

    /** Requests with equal keys share a prompt prefix and should meet the same engine. */
    long affinity() {
        long hash = Rendezvous.mix(model.value().hashCode());
        hash = Rendezvous.mix(hash ^ tenant.value().getMostSignificantBits());
        hash = Rendezvous.mix(hash ^ tenant.value().getLeastSignificantBits());
        if (config != null) {
            hash = Rendezvous.mix(hash ^ config.value().getMostSignificantBits());
            hash = Rendezvous.mix(hash ^ config.value().getLeastSignificantBits());
        }
        return hash;
    }
}
