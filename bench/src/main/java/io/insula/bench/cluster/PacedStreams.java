package io.insula.bench.cluster;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.RequestId;
import io.insula.protocol.StreamFrame;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Outcome;
import io.insula.protocol.StreamFrame.StreamDelta;
import io.insula.protocol.StreamFrame.StreamEnd;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;
import io.insula.protocol.TokenIds;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The streams of an engine that computes nothing: each says one delta a turn, and a step is what is due at one tick.
 *
 * <p>Streams are dealt to the ticks of a turn in the order in which they come, so that every step has about as many rows
 * as the next, as the steps of several engines would.
 *
 * <p><b>Thread:</b> one, whichever it is.
 */
final class PacedStreams {

    private static final String WORD = " seven";

    private final List<Map<RequestId, Paced>> turns;
    private final Map<RequestId, Integer> places = new HashMap<>();
    private final int tokensPerDelta;
    private final String text;
    private int dealt;
    private int tick;
    private long tokens;

    /**
     * @param ticksPerTurn steps between two deltas of one stream; at least 1
     * @param tokensPerDelta 1 as an engine says them; more for what coalescing would save
     */
    PacedStreams(int ticksPerTurn, int tokensPerDelta) {
        if (ticksPerTurn < 1 || tokensPerDelta < 1) {
            throw new IllegalArgumentException(
                    "ticksPerTurn, tokensPerDelta: " + ticksPerTurn + ", " + tokensPerDelta + " (expected: >= 1)");
        }
        this.turns = new ArrayList<>();
        for (int i = 0; i < ticksPerTurn; i++) {
            turns.add(new LinkedHashMap<>());
        }
        this.tokensPerDelta = tokensPerDelta;
        this.text = WORD.repeat(tokensPerDelta);
    }

    private static final class Paced {

        private final GenerateCommand command;
        private int sequence;
        private int said;

        Paced(GenerateCommand command) {
            this.command = command;
        }
    }

    /** Takes a stream and returns its first frames, which are due at once. */
    List<StreamFrame> admit(GenerateCommand command) {
        Paced stream = new Paced(command);
        List<StreamFrame> first = frames(stream);
        if (!isOver(stream)) {
            int place = dealt++ % turns.size();
            turns.get(place).put(command.request(), stream);
            places.put(command.request(), place);
        }
        return first;
    }

    /** Forgets a stream and returns its end; null when it has ended already. */
    @Nullable
    GenerateCommand cancel(RequestId request) {
        Integer place = places.remove(request);
        Paced stream = place == null ? null : turns.get(place).remove(request);
        return stream == null ? null : stream.command;
    }

    /** What the streams of the next tick say, by the address that it is for. */
    Map<String, List<StreamFrame>> step() {
        Map<String, List<StreamFrame>> byAddress = new HashMap<>();
        var due = turns.get(tick++ % turns.size()).values().iterator();
        while (due.hasNext()) {
            Paced stream = due.next();
            byAddress
                    .computeIfAbsent(stream.command.framesAddress(), address -> new ArrayList<>())
                    .addAll(frames(stream));
            if (isOver(stream)) {
                due.remove();
                places.remove(stream.command.request());
            }
        }
        return byAddress;
    }

    /** Streams that have not ended. */
    int running() {
        return places.size();
    }

    /** Tokens said so far by all streams. */
    long tokens() {
        return tokens;
    }

    private static boolean isOver(Paced stream) {
        return stream.said >= stream.command.stop().maxTokens();
    }

    private List<StreamFrame> frames(Paced stream) {
        GenerateCommand command = stream.command;
        stream.said += tokensPerDelta;
        tokens += tokensPerDelta;
        boolean last = isOver(stream);
        StreamDelta delta = new StreamDelta(
                command.request(),
                command.attempt(),
                stream.sequence++,
                0,
                TokenIds.of(new int[tokensPerDelta]),
                text,
                last ? FinishReason.LENGTH : null);
        if (!last) {
            return List.of(delta);
        }
        return List.of(delta, end(command, stream.sequence, stream.said));
    }

    private static StreamEnd end(GenerateCommand command, int sequence, int said) {
        return new StreamEnd(
                command.request(),
                command.attempt(),
                sequence,
                Outcome.COMPLETED,
                null,
                new Usage(1, said, 0),
                new Timings(0, 0, 0));
    }

    /** The name of the node in every batch. */
    static NodeId node(int number) {
        return new NodeId("paced-" + number);
    }
}
