package io.insula.chaos;

import io.insula.chaos.fault.Scenario;
import java.util.List;

/**
 * How a scenario went.
 *
 * @param asked questions that clients asked
 * @param moved answers that more than one engine worked on
 * @param lost answers that were lost with the HTTP node that gave them
 * @param refused requests that were told to come again later
 * @param moveStalls the longest wait of each streamed answer that moved, in seconds
 * @param otherStalls the longest wait of each streamed answer that was on its way and did not move, in seconds
 * @param worstRecompute what was waited beyond the time to notice, as a multiple of what the same tokens took
 * @param complaints everything that is wrong; empty when nothing is
 */
record Outcome(
        Scenario scenario,
        int asked,
        int moved,
        int lost,
        int refused,
        Percentiles moveStalls,
        Percentiles otherStalls,
        double worstRecompute,
        List<String> complaints) {

    boolean isGood() {
        return complaints.isEmpty();
    }
}
