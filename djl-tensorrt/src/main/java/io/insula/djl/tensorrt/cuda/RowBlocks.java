package io.insula.djl.tensorrt.cuda;

/**
 * Where equally long rows lie in device memory, in blocks of neighbouring rows.
 *
 * <p><b>Units</b>: row {@code i} of block {@code b} begins at {@code address + (b * blockRows + i) * pitch} bytes.
 *
 * @param address of the first row
 * @param pitch bytes from one row to the next, at least 1
 * @param blockRows rows from one block to the next, at least 1
 */
public record RowBlocks(long address, long pitch, long blockRows) {

    /** Checks the bounds. */
    public RowBlocks {
        if (pitch < 1) {
            throw new IllegalArgumentException("pitch: " + pitch + " (expected: at least 1)");
        }
        if (blockRows < 1) {
            throw new IllegalArgumentException("blockRows: " + blockRows + " (expected: at least 1)");
        }
    }

    /** The address of a row. */
    public long row(long block, long row) {
        return address + (block * blockRows + row) * pitch;
    }
}
