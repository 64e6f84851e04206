package io.insula.api.dispatch;

import io.insula.protocol.ChatMessage;
import io.insula.protocol.ConfigId;
import io.insula.protocol.GenerateCommand;
import io.insula.protocol.ModelName;
import io.insula.protocol.NodeId;
import io.insula.protocol.OutputOptions;
import io.insula.protocol.RequestId;
import io.insula.protocol.ResponseForm;
import io.insula.protocol.SamplingParameters;
import io.insula.protocol.StopConditions;
import io.insula.protocol.TenantId;
import io.insula.protocol.TokenIds;
import io.insula.protocol.Tools;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is to be generated, before anybody knows by which engine.
 *
 * @param weight the tenant's share of an engine, relative to the other tenants'
 * @param config the assistant config it came through; null for none
 * @param key the access key's id; null for a keyless request
 * @param tools what may be called
 * @param form of the answers' text
 * @param templateArguments a JSON object's text, for the chat template
 * @param deadlineMillis how long the client waits for the end; 0 for ever
 */
public record Generation(
        RequestId request,
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
        int deadlineMillis) {

    public Generation {
        messages = List.copyOf(messages);
    }

    /** What is to be generated before it is known whose key pays for it. */
    public Generation(
            RequestId request,
            TenantId tenant,
            double weight,
            @Nullable ConfigId config,
            ModelName model,
            List<ChatMessage> messages,
            Tools tools,
            ResponseForm form,
            String templateArguments,
            SamplingParameters sampling,
            StopConditions stop,
            OutputOptions output,
            int deadlineMillis) {
        this(
                request,
                tenant,
                weight,
                config,
                null,
                model,
                messages,
                tools,
                form,
                templateArguments,
                sampling,
                stop,
                output,
                deadlineMillis);
    }

    /** The same on the account of an access key. */
    public Generation paidBy(@Nullable UUID accessKey) {
        return with(accessKey, deadlineMillis);
    }

    /** The same for a client that waits at most so long; 0 for ever. */
    public Generation within(int millis) {
        return with(key, millis);
    }

    private Generation with(@Nullable UUID accessKey, int millis) {
        return new Generation(
                request,
                tenant,
                weight,
                config,
                accessKey,
                model,
                messages,
                tools,
                form,
                templateArguments,
                sampling,
                stop,
                output,
                millis);
    }

    /**
     * The command of one attempt.
     *
     * @param delivered tokens of each choice that earlier attempts delivered; none at the start
     * @param until when choices end
     * @param remainingMillis how long its end is waited for; 0 for ever
     */
    GenerateCommand command(
            int attempt,
            List<TokenIds> delivered,
            StopConditions until,
            NodeId apiNode,
            int apiInstance,
            int remainingMillis) {
        return GenerateCommand.of(request, model, messages)
                .attempt(attempt, delivered)
                .frames(apiNode, apiInstance)
                .tenant(tenant, weight)
                .config(config)
                .key(key)
                .tools(tools)
                .form(form)
                .templateArguments(templateArguments)
                .sampling(sampling)
                .stop(until)
                .output(output)
                .deadlineMillis(remainingMillis)
                .build();
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
