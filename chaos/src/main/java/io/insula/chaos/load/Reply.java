package io.insula.chaos.load;

import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How one asking of a question went.
 *
 * @param question what was asked
 * @param pass how often the question had been asked before, of the same tenant
 * @param door the HTTP node that was asked
 * @param sentNanos when
 * @param endedNanos when the answer was complete or had failed
 * @param arrivals when each event with a part of the answer came; none for a whole answer
 * @param answer null when there is no complete one
 * @param failure why there is none; null when there is
 * @param status the HTTP status; 0 when there was no response
 * @param request the server's id of the request, as far as it was told
 */
public record Reply(
        Question question,
        int pass,
        Door door,
        long sentNanos,
        long endedNanos,
        List<Long> arrivals,
        @Nullable Answer answer,
        @Nullable String failure,
        int status,
        @Nullable UUID request) {

    /** Whether it was on its way at a moment. */
    public boolean covers(long nanos) {
        return sentNanos - nanos < 0 && endedNanos - nanos > 0;
    }
}
