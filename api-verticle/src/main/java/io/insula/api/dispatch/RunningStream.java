package io.insula.api.dispatch;

import io.insula.protocol.CancelStream;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What the HTTP side knows of one generation between its dispatch and its end: whose turn it is, and how it came to it. */
final class RunningStream {

    /** Where a stream stands. */
    enum Phase {
        /** An engine is asked. */
        ASKING,
        /** An engine works on it. */
        RUNNING,
        /** Its engine is lost and nobody has taken it over yet. */
        WAITING
    }

    static final long FOREVER = Long.MAX_VALUE;

    final Generation generation;
    final StreamListener listener;
    final ToldAnswer answer;
    final long startedNanos;
    /** When the answer has to be complete; {@link #FOREVER} for never. */
    final long deadlineNanos;
    /** Engines that were asked since the stream last had one. */
    final Set<NodeId> tried = new HashSet<>(4);
    /** Engines that said that they cannot do it at all. */
    final Set<NodeId> unable = new HashSet<>(4);

    Phase phase = Phase.ASKING;
    int attempt = -1;
    /** Who has the current attempt; null while nobody has. */
    @Nullable
    NodeId node;
    /** What the engine of the current attempt said of itself when it was asked. */
    @Nullable
    Candidate engine;

    int nextSequence;
    long heardNanos;

    /** Milliseconds the refusing engines asked to wait, the shortest; 0 while none did. */
    int retryAfterMillis;

    boolean overloaded;
    /** Engines that took it. */
    int admissions;
    /** Engines in a row that were lost while the answer got hardly further. */
    int failures;
    /** Tokens of the answer that came since an engine was lost. */
    int tokensSinceLoss;
    /** What the last engine that failed said of it; null when it said nothing. */
    @Nullable
    String fault;

    /** While it waits: when nobody is waited for any longer. */
    long waitUntilNanos;
    /** While it waits: until then no engine is asked, also where one comes. */
    long pausedUntilNanos;
    /** While it waits: when engines are asked next. */
    long askAtNanos;
    /** Rounds in which nobody took it since it lost its engine. */
    int rounds;

    boolean leaving;
    long leavingDeadlineNanos;
    boolean touched;

    /**
     * @param limitMillis how long the answer may take; 0 for ever
     */
    RunningStream(Generation generation, StreamListener listener, long nowNanos, long limitMillis) {
        this.generation = generation;
        this.listener = listener;
        this.startedNanos = nowNanos;
        this.heardNanos = nowNanos;
        this.deadlineNanos = limitMillis == 0 ? FOREVER : nowNanos + TimeUnit.MILLISECONDS.toNanos(limitMillis);
        this.answer = new ToldAnswer(generation, nowNanos);
    }

    RequestId id() {
        return generation.request();
    }

    boolean admitted() {
        return admissions > 0;
    }

    /** What ends the current attempt at its engine. */
    CancelStream cancel() {
        return new CancelStream(id(), attempt);
    }

    boolean isOverdue(long now) {
        return deadlineNanos != FOREVER && now - deadlineNanos >= 0;
    }

    /** What is left of the time that the client or the server gives the answer; 0 for ever. */
    int remainingMillis(long now) {
        return deadlineNanos == FOREVER ? 0 : (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - now));
    }
}
