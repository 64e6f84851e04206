package io.insula.inference.schedule;

import io.insula.protocol.GenerateCommand;
import io.insula.protocol.NodeId;
import io.insula.protocol.StreamFrame;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers a step's frames by the HTTP verticle that they go to: one message a step, not one a token. */
final class Outbox {

    private static final Logger log = LoggerFactory.getLogger(Outbox.class);

    private record Destination(NodeId node, int instance) {}

    private final FrameSink sink;
    private final Map<Destination, List<StreamFrame>> frames = new LinkedHashMap<>();

    Outbox(FrameSink sink) {
        this.sink = sink;
    }

    void add(GenerateCommand command, StreamFrame frame) {
        frames.computeIfAbsent(
                        new Destination(command.apiNode(), command.apiInstance()), destination -> new ArrayList<>())
                .add(frame);
    }

    void flush() {
        frames.forEach((destination, batch) -> {
            try {
                sink.send(destination.node(), destination.instance(), List.copyOf(batch));
            } catch (RuntimeException e) {
                // The receiver sees the gap in the sequence; the other receivers' frames must still go out.
                log.warn("{} frames for {}.{} are lost", batch.size(), destination.node(), destination.instance(), e);
            }
        });
        frames.clear();
    }
}
