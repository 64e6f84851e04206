package io.insula.api.dispatch;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ranks engines for a request: rendezvous hashing with bounded load.
 *
 * <p>The engine that a key's prefix is warm on leads, until it is a quarter busier than its share; then the next one does.
 *
 * <p><b>Source:</b> Mirrokni, Thorup, Zadimoghaddam, "Consistent hashing with bounded loads", SODA 2018.
 */
final class BoundedLoad {

    private static final double LOAD_BOUND = 1.25;

    private BoundedLoad() {}

    /** The engine to ask; null when there is none. */
    static @Nullable Candidate first(List<Candidate> candidates) {
        long busy = 1;
        double capacity = 0;
        for (Candidate candidate : candidates) {
            busy += candidate.busy();
            capacity += candidate.capacity();
        }
        double share = LOAD_BOUND * busy / capacity;
        List<Candidate> ranked = candidates.stream()
                .sorted(Comparator.comparingDouble(Candidate::weight).reversed())
                .toList();
        for (Candidate candidate : ranked) {
            if (candidate.busy() + 1 <= Math.ceil(share * candidate.capacity())) {
                return candidate;
            }
        }
        return ranked.isEmpty() ? null : ranked.getFirst();
    }
}
