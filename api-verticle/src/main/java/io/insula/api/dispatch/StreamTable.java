package io.insula.api.dispatch;

import io.insula.api.dispatch.RunningStream.Phase;
import io.insula.api.dispatch.StreamSummary.Result;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The generations that have not ended, and the one way in which each of them does.
 *
 * <p><b>Thread:</b> one event loop.
 */
final class StreamTable {

    private final Map<RequestId, RunningStream> streams = new HashMap<>();
    private final Set<RunningStream> waiting = new LinkedHashSet<>();
    private final DispatchMeters meters;

    StreamTable(DispatchMeters meters) {
        this.meters = meters;
    }

    void add(RunningStream stream) {
        streams.put(stream.id(), stream);
        meters.active(1);
    }

    @Nullable
    RunningStream get(RequestId request) {
        return streams.get(request);
    }

    boolean has(RunningStream stream) {
        return streams.get(stream.id()) == stream;
    }

    /** Whether it lives and this is its attempt. */
    boolean isCurrent(RunningStream stream, int attempt) {
        return has(stream) && stream.attempt == attempt;
    }

    /** All of them, to go through while some end. */
    List<RunningStream> all() {
        return List.copyOf(streams.values());
    }

    int size() {
        return streams.size();
    }

    /** A stream has no engine. */
    void waits(RunningStream stream) {
        stream.phase = Phase.WAITING;
        stream.node = null;
        waiting.add(stream);
    }

    /** Those that have no engine. */
    List<RunningStream> waiting() {
        waiting.removeIf(stream -> stream.phase != Phase.WAITING || !has(stream));
        return List.copyOf(waiting);
    }

    /** Ends a stream; a second time does nothing. */
    void end(RunningStream stream, Result result, Usage usage, Timings timings) {
        if (streams.remove(stream.id(), stream)) {
            meters.active(-1);
            stream.listener.ended(new StreamSummary(result, stream.admissions, usage, timings));
        }
    }
}
