package io.insula.inference.engine.tensorrt;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The numbers of rows that decode steps are computed with: powers of two, and all slots.
 *
 * @param rows ascending, at least one
 */
record BatchBuckets(List<Integer> rows) {

    BatchBuckets {
        rows = List.copyOf(rows);
    }

    static BatchBuckets of(int slots) {
        Stream<Integer> powers =
                IntStream.iterate(1, rows -> rows < slots, rows -> 2 * rows).boxed();
        return new BatchBuckets(Stream.concat(powers, Stream.of(slots)).toList());
    }

    /** The fewest that hold a step's rows. */
    int holding(int wanted) {
        return rows.stream()
                .filter(bucket -> bucket >= wanted)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException("rows: " + wanted + " (expected: 1.." + rows.getLast() + ")"));
    }
}
