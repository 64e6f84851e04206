package io.insula.api.dispatch;

import io.insula.api.error.ApiError;
import io.insula.protocol.StreamFrame.FinishReason;
import io.insula.protocol.StreamFrame.Timings;
import io.insula.protocol.StreamFrame.Usage;

/**
 * How a generation ended and what it used.
 *
 * @param result how
 * @param admittedAttempts engines that worked on it; 0 when none took it, and then nothing is accounted
 * @param usage token counts: the engine's, or as far as they were heard
 * @param timings the engine's, or as far as the HTTP side knows
 */
public record StreamSummary(Result result, int admittedAttempts, Usage usage, Timings timings) {

    /** How a generation ended. */
    public sealed interface Result {

        /**
         * Every choice is complete.
         *
         * @param finish LENGTH when any of them was cut short, else STOP
         */
        record Completed(FinishReason finish) implements Result {}

        /** The client left, or read too slowly. */
        record Cancelled() implements Result {}

        /** There is no answer, or no more of it. */
        record Failed(ApiError error) implements Result {}
    }
}
