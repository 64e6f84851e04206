package io.insula.inference.schedule;

import io.insula.inference.engine.EngineShape;
import org.jspecify.annotations.Nullable;

/**
 * What the device thread last said about itself; replaced as a whole, read from any thread.
 *
 * @param shape the engine's; null while there is no engine
 * @param fingerprint the engine's; empty while there is no engine
 * @param heldSlots slots in use
 * @param meanServiceNanos how long a stream holds its slot, a moving average
 */
record SchedulerLoad(@Nullable EngineShape shape, String fingerprint, int heldSlots, long meanServiceNanos) {

    static final SchedulerLoad NO_ENGINE = new SchedulerLoad(null, "", 0, 0);
}
