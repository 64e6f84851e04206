package io.insula.bench;

import io.insula.bench.EngineBenchmarkOptions.DecodeCase;
import io.insula.inference.engine.StepEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Times two engines in alternating blocks, so that what else the machine does meets both.
 *
 * @param insula ours
 * @param peer the other
 */
record Contest(StepEngine insula, StepEngine peer, Workload workload) {

    /** The medians of both. */
    record Result(Timing insula, Timing peer) {}

    /** A decode step. */
    Result decode(DecodeCase decode, int steps, int repetitions) {
        workload.fill(insula, decode);
        workload.fill(peer, decode);
        return alternate(repetitions, engine -> workload.decode(engine, decode.batch(), steps));
    }

    /** A whole prompt. */
    Result prefill(int count, int repetitions) {
        return alternate(repetitions, engine -> workload.prefill(engine, count));
    }

    private Result alternate(int repetitions, Function<StepEngine, Timing> block) {
        List<Timing> ours = new ArrayList<>();
        List<Timing> theirs = new ArrayList<>();
        for (int i = 0; i < repetitions; i++) {
            // The first of a pair may find the machine in another state than the second: they take turns.
            if (i % 2 == 0) {
                ours.add(block.apply(insula));
                theirs.add(block.apply(peer));
            } else {
                theirs.add(block.apply(peer));
                ours.add(block.apply(insula));
            }
        }
        return new Result(Timing.median(ours), Timing.median(theirs));
    }
}
