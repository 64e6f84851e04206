package io.insula.inference.schedule;

import io.insula.inference.engine.EngineShape;
import org.jspecify.annotations.Nullable;

/**
 * What the device thread last said about itself; replaced as a whole, read from any thread.
 *
 * @param shape the engine's; null while there is no engine
 * @param fingerprint the engine's; empty while there is no engine
 * @param mostParkedTokens the longest prompt that can be kept for choices that get no slot yet; 0 where none can
 * @param heldSlots slots in use
 * @param meanServiceNanos how long a stream holds its slot, a moving average
 * @param prefixBytes held by cached prompts
 * @param parkedBytes held by choices that wait with a copy of their keys and values, and held back for such
 * @param stepsPerSecond decode steps, as of late: what one stream gets; 0 while none was made
 * @param serviceSpread how far the tenants that wait are apart, in the units of {@link VirtualCounters}
 */
record SchedulerLoad(
        @Nullable EngineShape shape,
        String fingerprint,
        long mostParkedTokens,
        int heldSlots,
        long meanServiceNanos,
        long prefixBytes,
        long parkedBytes,
        int stepsPerSecond,
        double serviceSpread) {

    static final SchedulerLoad NO_ENGINE = new SchedulerLoad(null, "", 0, 0, 0, 0, 0, 0, 0);
}
