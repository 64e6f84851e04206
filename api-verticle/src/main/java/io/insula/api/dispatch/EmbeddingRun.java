package io.insula.api.dispatch;

import io.insula.api.dispatch.EmbeddingListener.Outcome;
import io.insula.api.error.ApiError;
import io.insula.protocol.EmbedReply.Embedded;
import io.insula.protocol.NodeId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One embedding request between its dispatch and its end. */
final class EmbeddingRun {

    final Embedding embedding;
    final Set<NodeId> tried = new HashSet<>(4);

    /** The engine that is asked; null until one is chosen. */
    @Nullable
    NodeId node;

    /** Texts that have their vectors. */
    int done;
    /** Commands that were sent: the reply to another than the last is late. */
    int asked;
    /** Engines in a row that failed of the same texts. */
    int failures;

    int retryAfterMillis;
    boolean cancelled;
    boolean over;

    private final EmbeddingListener listener;
    private final LongSupplier nanoClock;
    private final long startedNanos;
    private final Set<NodeId> workers = new HashSet<>(4);
    private int promptTokens;
    private long queuedMicros;

    EmbeddingRun(Embedding embedding, EmbeddingListener listener, LongSupplier nanoClock) {
        this.embedding = embedding;
        this.listener = listener;
        this.nanoClock = nanoClock;
        this.startedNanos = nanoClock.getAsLong();
    }

    /** Takes a part's vectors; with the last part the request ends. */
    void take(Embedded embedded) {
        if (node != null) {
            workers.add(node);
        }
        // What others refused was about this part only.
        tried.clear();
        failures = 0;
        done += embedded.vectors().size();
        promptTokens += embedded.promptTokens();
        queuedMicros = Math.max(queuedMicros, embedded.queuedMicros());
        if (cancelled) {
            end(Outcome.CANCELLED, null);
            return;
        }
        listener.vectors(embedded.vectors());
        if (done == embedding.texts().size()) {
            end(Outcome.COMPLETED, null);
        }
    }

    /** The engine does not take the part; another is to be asked. */
    void refused(int millis) {
        if (node != null) {
            tried.add(node);
        }
        node = null;
        if (millis > 0 && (retryAfterMillis == 0 || millis < retryAfterMillis)) {
            retryAfterMillis = millis;
        }
    }

    /** Nobody waits any more: no further part is sent, and the one that an engine works on is still accounted. */
    void cancel() {
        cancelled = true;
    }

    void fail(ApiError error) {
        end(cancelled ? Outcome.CANCELLED : Outcome.FAILED, cancelled ? null : error);
    }

    /** The request's field that an engine means by {@code texts[i]}. */
    @Nullable
    String input(@Nullable String param) {
        if (param == null || !param.matches("texts\\[\\d{1,6}]")) {
            return param;
        }
        int index = done + Integer.parseInt(param.substring(6, param.length() - 1));
        return embedding.texts().size() == 1 ? "input" : "input[" + index + "]";
    }

    private void end(Outcome outcome, @Nullable ApiError error) {
        if (!over) {
            over = true;
            long total = TimeUnit.NANOSECONDS.toMicros(nanoClock.getAsLong() - startedNanos);
            listener.ended(
                    new EmbeddingListener.Summary(outcome, error, workers.size(), promptTokens, queuedMicros, total));
        }
    }
}
