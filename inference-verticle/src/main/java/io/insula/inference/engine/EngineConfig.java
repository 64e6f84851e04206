package io.insula.inference.engine;

/**
 * How an engine uses the machine.
 *
 * @param threads computing threads of one step, the calling one included; 0: one for each processor. Engines that use equally
 *     many share them. In exact mode never more than the model has heads, above which a row's bits would depend on its batch
 * @param allowSpinning whether idle threads wait busily: faster on dedicated cores, much slower on shared ones
 * @param kvBudgetBytes memory that all key/value caches together may reach
 * @param slotTokens tokens that one slot holds; shortened to the model's context and to the budget
 * @param maxSlots the most sequences at once; fewer when the budget does not hold as many
 * @param exact whether a stream's bits are the same whatever runs beside it, which resuming it elsewhere needs. Without, a
 *     lone row may round as the runtime's own kernel for it does, which is faster on some instruction sets
 * @param kvType how keys and values are kept
 */
public record EngineConfig(
        int threads,
        boolean allowSpinning,
        long kvBudgetBytes,
        int slotTokens,
        int maxSlots,
        boolean exact,
        KvType kvType) {

    private static final int MAX_THREADS = 1024;
    private static final int MAX_SLOTS = 1024;

    public EngineConfig {
        check("threads", threads, threads >= 0 && threads <= MAX_THREADS, "0.." + MAX_THREADS);
        check("kvBudgetBytes", kvBudgetBytes, kvBudgetBytes >= 1, ">= 1");
        check("slotTokens", slotTokens, slotTokens >= 2, ">= 2");
        check("maxSlots", maxSlots, maxSlots >= 1 && maxSlots <= MAX_SLOTS, "1.." + MAX_SLOTS);
    }

    /** Exact, with a float32 cache. */
    public EngineConfig(int threads, boolean allowSpinning, long kvBudgetBytes, int slotTokens, int maxSlots) {
        this(threads, allowSpinning, kvBudgetBytes, slotTokens, maxSlots, true, KvType.FLOAT32);
    }

    /** Exact, all processors without spinning, 1 GiB of cache in up to 16 slots of 2,048 tokens. */
    public static EngineConfig defaults() {
        return new EngineConfig(0, false, 1L << 30, 2048, 16);
    }

    public EngineConfig withThreads(int newThreads) {
        return new EngineConfig(newThreads, allowSpinning, kvBudgetBytes, slotTokens, maxSlots, exact, kvType);
    }

    public EngineConfig withSlots(int newMaxSlots, int newSlotTokens) {
        return new EngineConfig(threads, allowSpinning, kvBudgetBytes, newSlotTokens, newMaxSlots, exact, kvType);
    }

    public EngineConfig withAllowSpinning(boolean spinning) {
        return new EngineConfig(threads, spinning, kvBudgetBytes, slotTokens, maxSlots, exact, kvType);
    }

    public EngineConfig withExact(boolean newExact) {
        return new EngineConfig(threads, allowSpinning, kvBudgetBytes, slotTokens, maxSlots, newExact, kvType);
    }

    public EngineConfig withKvType(KvType newKvType) {
        return new EngineConfig(threads, allowSpinning, kvBudgetBytes, slotTokens, maxSlots, exact, newKvType);
    }

    private static void check(String name, long value, boolean valid, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + expected + ")");
        }
    }
}
