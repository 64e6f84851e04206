package io.insula.launcher;

import io.insula.launcher.engine.EnginePlace;
import io.insula.protocol.Addresses;
import io.insula.protocol.NodeId;
import java.util.List;
import java.util.stream.Stream;

/**
 * One inference node of this process: a name, and the device that it computes on.
 *
 * @param id where commands for it are sent to
 */
record EngineNode(NodeId id, EnginePlace place) {

    /** A single place has the process's own name; of several, each has that name and the place's behind it. */
    static List<EngineNode> of(NodeId process, List<EnginePlace> places) {
        return places.stream()
                .map(place ->
                        new EngineNode(places.size() == 1 ? process : new NodeId(process + "-" + place.label()), place))
                .toList();
    }

    /** Where it alone listens. */
    Stream<String> addresses() {
        return Stream.of(Addresses.admit(id), Addresses.control(id), Addresses.embed(id));
    }
}
