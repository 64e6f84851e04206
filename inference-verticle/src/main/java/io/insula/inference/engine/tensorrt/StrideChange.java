package io.insula.inference.engine.tensorrt;

import io.insula.djl.tensorrt.cuda.CudaStream;

/**
 * Moves the rows of a dense memory further apart or closer together, in place.
 *
 * <p>Row {@code i} goes from {@code i * from} to {@code i * to}. Where rows move apart, the last ones go first, and as many at
 * once as fit behind where they come from: from one power of two to the next that is the upper half, then the half of what is left.
 * Where no two rows would fit, as many as the scratch memory holds go by way of it. Where rows move together, all is the other way
 * round.
 *
 * <p><b>Units:</b> bytes; rows are counted.
 */
final class StrideChange {

    private final CudaStream stream;
    private final long base;
    private final long rows;
    private final long width;
    private final long scratch;
    private final long scratchRows;

    /**
     * @param rows how many there are, 1 or more
     * @param width what is moved of each, more than 0
     * @param scratchBytes at least {@code width}
     */
    StrideChange(CudaStream stream, long base, long rows, long width, long scratch, long scratchBytes) {
        this.stream = stream;
        this.base = base;
        this.rows = rows;
        this.width = width;
        this.scratch = scratch;
        this.scratchRows = scratchBytes / width;
    }

    /** Enqueues the copies; returns how many. */
    int run(long from, long to) {
        if (width > Math.min(from, to) || scratchRows < 1) {
            throw new IllegalArgumentException("width: " + width + " (expected: at most " + Math.min(from, to)
                    + ", and not more than the scratch memory)");
        }
        return from < to ? apart(from, to) : from > to ? together(from, to) : 0;
    }

    private int apart(long from, long to) {
        int copies = 0;
        // The first row stays where it is.
        for (long end = rows; end > 1; ) {
            long behindSources = Math.ceilDiv((end - 1) * from + width, to);
            long begin = Math.max(1, Math.min(behindSources, end));
            copies += move(begin, end, from, to);
            end = begin;
            if (end > 1 && direct(end, from, to) < Math.min(scratchRows, end - 1)) {
                begin = Math.max(1, end - scratchRows);
                copies += moveByScratch(begin, end, from, to);
                end = begin;
            }
        }
        return copies;
    }

    /** How many of the rows before {@code end} can be moved at once. */
    private long direct(long end, long from, long to) {
        return end - Math.min(end, Math.ceilDiv((end - 1) * from + width, to));
    }

    private int together(long from, long to) {
        int copies = 0;
        for (long begin = 1; begin < rows; ) {
            long direct = (begin * from - width) / to + 1 - begin;
            long end = Math.min(rows, begin + Math.max(0, direct));
            copies += move(begin, end, from, to);
            begin = end;
            if (begin < rows && (begin * from - width) / to + 1 - begin < Math.min(scratchRows, rows - begin)) {
                end = Math.min(rows, begin + scratchRows);
                copies += moveByScratch(begin, end, from, to);
                begin = end;
            }
        }
        return copies;
    }

    private int move(long begin, long end, long from, long to) {
        if (begin == end) {
            return 0;
        }
        stream.copyRows(base + begin * to, to, base + begin * from, from, width, end - begin);
        return 1;
    }

    private int moveByScratch(long begin, long end, long from, long to) {
        stream.copyRows(scratch, width, base + begin * from, from, width, end - begin);
        stream.copyRows(base + begin * to, to, scratch, width, width, end - begin);
        return 2;
    }
}
