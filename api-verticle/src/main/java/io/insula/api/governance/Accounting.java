package io.insula.api.governance;

import io.insula.api.dispatch.Dispatcher;
import io.insula.api.dispatch.Generation;
import io.insula.api.dispatch.StreamHandle;
import io.insula.api.dispatch.StreamListener;
import io.insula.api.dispatch.StreamSummary;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.TokenScores;
import io.insula.store.UsageEntry;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The door to dispatch: every admitted generation leaves exactly one usage entry, however it ends.
 *
 * <p><b>Thread:</b> the dispatcher's event loop.
 */
public final class Accounting {

    private final Dispatcher dispatcher;
    private final Consumer<UsageEntry> ledger;

    /**
     * @param ledger takes each entry at once and keeps it for writing; never blocks
     */
    public Accounting(Dispatcher dispatcher, Consumer<UsageEntry> ledger) {
        this.dispatcher = dispatcher;
        this.ledger = ledger;
    }

    /**
     * Starts a generation on its tenant's account.
     *
     * @param key the access key's id; null for a keyless request
     */
    public StreamHandle generate(@Nullable UUID key, Generation generation, StreamListener listener) {
        return dispatcher.dispatch(generation.paidBy(key), new Accounted(key, generation, listener));
    }

    private final class Accounted implements StreamListener {

        private final @Nullable UUID key;
        private final Generation generation;
        private final StreamListener listener;
        private boolean called;

        Accounted(@Nullable UUID key, Generation generation, StreamListener listener) {
            this.key = key;
            this.generation = generation;
            this.listener = listener;
        }

        @Override
        public void admitted(String fingerprint) {
            listener.admitted(fingerprint);
        }

        @Override
        public void approximated(String fingerprint) {
            listener.approximated(fingerprint);
        }

        @Override
        public void prompt(List<TokenScores> scores) {
            listener.prompt(scores);
        }

        @Override
        public void delta(StreamDelta delta) {
            called |= delta.finish() == FinishReason.TOOL_CALLS;
            listener.delta(delta);
        }

        @Override
        public void flush() {
            listener.flush();
        }

        @Override
        public void ended(StreamSummary summary) {
            if (summary.admittedAttempts() > 0) {
                ledger.accept(entry(summary));
            }
            listener.ended(summary);
        }

        private UsageEntry entry(StreamSummary summary) {
            return new UsageEntry(
                    generation.request(),
                    generation.tenant(),
                    key,
                    generation.config(),
                    generation.model(),
                    summary.usage().promptTokens(),
                    summary.usage().completionTokens(),
                    summary.usage().cachedTokens(),
                    summary.timings().queuedMicros(),
                    summary.timings().firstTokenMicros(),
                    summary.timings().totalMicros(),
                    finish(summary.result(), called),
                    summary.admittedAttempts());
        }
    }

    /** A choice that was cut short says more than one that called, and that more than one that came to its end. */
    private static String finish(Result result, boolean called) {
        return switch (result) {
            case Result.Completed completed
            when called && completed.finish() == FinishReason.STOP ->
                FinishReason.TOOL_CALLS.name().toLowerCase(Locale.ROOT);
            case Result.Completed completed -> completed.finish().name().toLowerCase(Locale.ROOT);
            case Result.Cancelled cancelled -> "cancelled";
            case Result.Failed failed -> "error";
        };
    }
}
