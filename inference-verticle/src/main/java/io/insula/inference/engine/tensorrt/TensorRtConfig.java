package io.insula.inference.engine.tensorrt;

/**
 * How the GPU engine uses its device.
 *
 * @param device the number of the GPU, from 0
 * @param kvBudgetBytes the most that the cache of keys and values may take of the device; 0: whatever is free
 * @param spareBytes what is left free on the device: contexts, graphs and the driver take some of it
 * @param slotTokens tokens that one slot holds; shortened to the model's context, to the plan and to the memory
 * @param maxSlots the most sequences at once; fewer when the memory or the plan does not hold as many
 * @param leastBucket the shortest length that the cache is laid out for, in tokens
 * @param graphs captured decode steps that are kept, one for each number of rows and length; 0: nothing is captured
 * @param exactTrial whether loading tries if rows, batches and chunks change each other's bits, which resuming elsewhere needs
 */
public record TensorRtConfig(
        int device,
        long kvBudgetBytes,
        long spareBytes,
        int slotTokens,
        int maxSlots,
        int leastBucket,
        int graphs,
        boolean exactTrial) {

    private static final int MOST_SLOTS = 1024;
    private static final int MOST_GRAPHS = 256;
    private static final int SHORTEST_BUCKET = 16;

    public TensorRtConfig {
        check("device", device, device >= 0, ">= 0");
        check("kvBudgetBytes", kvBudgetBytes, kvBudgetBytes >= 0, ">= 0");
        check("spareBytes", spareBytes, spareBytes >= 0, ">= 0");
        check("slotTokens", slotTokens, slotTokens >= 2, ">= 2");
        check("maxSlots", maxSlots, maxSlots >= 1 && maxSlots <= MOST_SLOTS, "1.." + MOST_SLOTS);
        check("leastBucket", leastBucket, leastBucket >= SHORTEST_BUCKET, ">= " + SHORTEST_BUCKET);
        check("graphs", graphs, graphs >= 0 && graphs <= MOST_GRAPHS, "0.." + MOST_GRAPHS);
    }

    /** The first GPU with all but 1 GiB of its memory, up to 32 slots of 4,096 tokens. */
    public static TensorRtConfig defaults() {
        return new TensorRtConfig(0, 0, 1L << 30, 4096, 32, 256, 32, true);
    }

    public TensorRtConfig withSlots(int newMaxSlots, int newSlotTokens) {
        return new TensorRtConfig(
                device, kvBudgetBytes, spareBytes, newSlotTokens, newMaxSlots, leastBucket, graphs, exactTrial);
    }

    public TensorRtConfig withMemory(long newKvBudgetBytes, long newSpareBytes) {
        return new TensorRtConfig(
                device, newKvBudgetBytes, newSpareBytes, slotTokens, maxSlots, leastBucket, graphs, exactTrial);
    }

    public TensorRtConfig withLeastBucket(int tokens) {
        return new TensorRtConfig(device, kvBudgetBytes, spareBytes, slotTokens, maxSlots, tokens, graphs, exactTrial);
    }

    public TensorRtConfig withGraphs(int most) {
        return new TensorRtConfig(
                device, kvBudgetBytes, spareBytes, slotTokens, maxSlots, leastBucket, most, exactTrial);
    }

    public TensorRtConfig withExactTrial(boolean trial) {
        return new TensorRtConfig(device, kvBudgetBytes, spareBytes, slotTokens, maxSlots, leastBucket, graphs, trial);
    }

    private static void check(String name, long value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
