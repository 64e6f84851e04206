package io.insula.store;

import io.insula.protocol.ConfigId;
import io.insula.protocol.ModelName;
import io.insula.protocol.RequestId;
import io.insula.protocol.TenantId;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The one ledger row of an admitted request.
 *
 * @param request its time of creation is the row's {@code started_at}
 * @param key the access key's id; null for a keyless loopback request
 * @param config null when a base model was named directly
 * @param promptTokens tokens in
 * @param completionTokens tokens out, those of a stream that its client left included
 * @param cachedTokens prompt tokens that were not computed anew
 * @param queuedMicros wait for a slot
 * @param firstTokenMicros admission to first token; 0 when there was none
 * @param totalMicros admission to end
 * @param finish {@code stop}, {@code length}, {@code tool_calls}, {@code cancelled} or {@code error}
 * @param attempts at least 1; engines that worked on it
 * @param provisional whether it is an engine's report of a request whose HTTP node fell silent: that node's own row takes its
 *     place, or the report of a later attempt
 */
public record UsageEntry(
        RequestId request,
        TenantId tenant,
        @Nullable UUID key,
        @Nullable ConfigId config,
        ModelName model,
        int promptTokens,
        int completionTokens,
        int cachedTokens,
        long queuedMicros,
        long firstTokenMicros,
        long totalMicros,
        String finish,
        int attempts,
        boolean provisional) {

    private static final Set<String> FINISHES = Set.of("stop", "length", "tool_calls", "cancelled", "error");

    /** The row of the node that answered the request. */
    public UsageEntry(
            RequestId request,
            TenantId tenant,
            @Nullable UUID key,
            @Nullable ConfigId config,
            ModelName model,
            int promptTokens,
            int completionTokens,
            int cachedTokens,
            long queuedMicros,
            long firstTokenMicros,
            long totalMicros,
            String finish,
            int attempts) {
        this(
                request,
                tenant,
                key,
                config,
                model,
                promptTokens,
                completionTokens,
                cachedTokens,
                queuedMicros,
                firstTokenMicros,
                totalMicros,
                finish,
                attempts,
                false);
    }

    public UsageEntry {
        requireNotNegative("prompt tokens", promptTokens);
        requireNotNegative("completion tokens", completionTokens);
        requireNotNegative("cached tokens", cachedTokens);
        requireNotNegative("queued micros", queuedMicros);
        requireNotNegative("first token micros", firstTokenMicros);
        requireNotNegative("total micros", totalMicros);
        if (!FINISHES.contains(finish)) {
            throw new IllegalArgumentException(
                    "finish: " + finish + " (expected: stop, length, tool_calls, cancelled or error)");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts: " + attempts + " (expected: at least 1)");
        }
    }

    /** Whether this row takes the other's place, which is of the same request. */
    public boolean outranks(UsageEntry other) {
        return other.provisional && (!provisional || attempts > other.attempts);
    }

    private static void requireNotNegative(String component, long value) {
        if (value < 0) {
            throw new IllegalArgumentException(component + ": " + value + " (expected: at least 0)");
        }
    }
}
