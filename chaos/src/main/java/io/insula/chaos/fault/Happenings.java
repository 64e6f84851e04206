package io.insula.chaos.fault;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a scenario did, as far as a verdict must know.
 *
 * @param moments when something was broken or mended, as {@link System#nanoTime}
 * @param lostDoors HTTP nodes whose clients were not to be answered, since they were broken themselves, and when
 * @param complaints what the scenario itself found wrong
 */
public record Happenings(List<Long> moments, Map<String, Instant> lostDoors, List<String> complaints) {

    public Happenings {
        moments = List.copyOf(moments);
        lostDoors = Map.copyOf(lostDoors);
        complaints = List.copyOf(complaints);
    }
}
