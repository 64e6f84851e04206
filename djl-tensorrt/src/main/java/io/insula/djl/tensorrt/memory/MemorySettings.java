package io.insula.djl.tensorrt.memory;

/**
 * How an engine handles memory.
 *
 * @param chunkBytes size of a page-locked chunk, at least 1
 * @param chunks how many chunks a device has at most, at least 1
 * @param pooledBytes freed device memory that is kept for the next allocation, 0 or more
 * @param recordOrigins whether every block remembers where it was taken, which costs a stack trace each
 */
public record MemorySettings(long chunkBytes, int chunks, long pooledBytes, boolean recordOrigins) {

    private static final String PREFIX = "io.insula.djl.tensorrt.";
    private static final long CHUNK_BYTES = 4L << 20;
    private static final int CHUNKS = 8;
    private static final long POOLED_BYTES = 1L << 30;

    /** Checks the bounds. */
    public MemorySettings {
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("chunkBytes: " + chunkBytes + " (expected: at least 1)");
        }
        if (chunks < 1) {
            throw new IllegalArgumentException("chunks: " + chunks + " (expected: at least 1)");
        }
        if (pooledBytes < 0) {
            throw new IllegalArgumentException("pooledBytes: " + pooledBytes + " (expected: 0 or more)");
        }
    }

    /** What the system properties {@code io.insula.djl.tensorrt.pool.bytes} and {@code ….leaks} say. */
    public static MemorySettings ofSystem() {
        String pool = System.getProperty(PREFIX + "pool.bytes");
        long pooled = POOLED_BYTES;
        if (pool != null) {
            try {
                pooled = Long.parseLong(pool);
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException(
                        PREFIX + "pool.bytes: " + pool + " (expected: a number of bytes, 0 or more)", e);
            }
        }
        return new MemorySettings(CHUNK_BYTES, CHUNKS, pooled, Boolean.getBoolean(PREFIX + "leaks"));
    }
}
