package io.insula.chaos.fault;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a scenario did, as far as a verdict must know.
 *
 * @param broken when something was broken, as {@link System#nanoTime}, in order
 * @param mended when something was mended
 * @param lostDoors HTTP nodes whose clients were not to be answered, since they were broken themselves, and when
 * @param complaints what the scenario itself found wrong
 */
public record Happenings(
        List<Long> broken, List<Long> mended, Map<String, Instant> lostDoors, List<String> complaints) {

    public Happenings {
        broken = List.copyOf(broken);
        mended = List.copyOf(mended);
        lostDoors = Map.copyOf(lostDoors);
        complaints = List.copyOf(complaints);
    }
}
