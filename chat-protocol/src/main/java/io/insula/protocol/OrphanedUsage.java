package io.insula.protocol;

import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an inference node knows of a stream whose HTTP node fell silent before it can have accounted for it: another HTTP
 * node writes the usage row.
 *
 * <p>The counts are the request's, not the attempt's alone: replayed tokens are completion tokens. Of several attempts'
 * reports the highest attempt's is therefore the request's.
 *
 * @param apiNode the HTTP node whose lease ended
 * @param request the stream
 * @param attempt which try at it the reporting node had
 * @param tenant whose request it was
 * @param key the access key's id; null for a keyless request
 * @param config the assistant config it came through; null when the base model was named directly
 * @param model the base model
 * @param outcome how the attempt ended
 * @param finish LENGTH when any choice was cut short; null unless the outcome is {@link Outcome#COMPLETED}
 * @param usage the request's token counts as far as the reporting node knows
 * @param timings the attempt's
 */
public record OrphanedUsage(
        NodeId apiNode,
        RequestId request,
        int attempt,
        TenantId tenant,
        @Nullable UUID key,
        @Nullable ConfigId config,
        ModelName model,
        Outcome outcome,
        @Nullable FinishReason finish,
        Usage usage,
        Timings timings) {

    public OrphanedUsage {
        if (attempt < 0) {
            throw new IllegalArgumentException("attempt: " + attempt + " (expected: >= 0)");
        }
        if (finish != null && outcome != Outcome.COMPLETED) {
            throw new IllegalArgumentException(
                    "finish: " + finish + " (expected: none, the stream is " + outcome + ")");
        }
    }
}
