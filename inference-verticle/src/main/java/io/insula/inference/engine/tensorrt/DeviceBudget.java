package io.insula.inference.engine.tensorrt;

import io.insula.inference.graph.DecoderShape;
import java.util.Locale;

/** How many slots of how many tokens fit a device: the length comes first, the rest of the memory buys slots. */
final class DeviceBudget {

    private final DecoderShape decoder;
    private final PlanSignature plan;
    private final TensorRtConfig config;
    private final long freeBytes;

    /**
     * @param freeBytes of the device, once the plan is there
     */
    DeviceBudget(DecoderShape decoder, PlanSignature plan, TensorRtConfig config, long freeBytes) {
        this.decoder = decoder;
        this.plan = plan;
        this.config = config;
        this.freeBytes = freeBytes;
    }

    /** Divides the memory; less than it takes for one slot of the shortest length is an {@link IllegalArgumentException}. */
    MemoryEstimate divide() {
        int slotTokens = Math.min(plan.mostLength(), Math.min(config.slotTokens(), decoder.contextTokens()));
        int slots = Math.min(config.maxSlots(), plan.rows());
        for (int tokens = slotTokens; ; tokens /= 2) {
            for (int count = slots; count > 0; count--) {
                MemoryEstimate estimate = MemoryEstimate.of(decoder, plan, count, tokens, config.leastBucket());
                if (fits(estimate)) {
                    return estimate;
                }
            }
            if (plan.fixedLength() || tokens / 2 < Math.max(2, Math.min(config.leastBucket(), slotTokens))) {
                throw tooLittle(MemoryEstimate.of(decoder, plan, 1, tokens, config.leastBucket()));
            }
        }
    }

    private boolean fits(MemoryEstimate estimate) {
        boolean withinBudget = config.kvBudgetBytes() == 0 || estimate.cacheBytes() <= config.kvBudgetBytes();
        return withinBudget && estimate.deviceBytes() <= freeBytes - config.spareBytes();
    }

    private IllegalArgumentException tooLittle(MemoryEstimate least) {
        if (config.kvBudgetBytes() != 0 && least.cacheBytes() > config.kvBudgetBytes()) {
            return new IllegalArgumentException("kvBudgetBytes: " + config.kvBudgetBytes() + " (expected: at least "
                    + least.cacheBytes() + ", one slot of " + least.slotTokens() + " tokens)");
        }
        return new IllegalArgumentException(String.format(
                Locale.ROOT,
                "memory of GPU %d: %d MiB free, %d MiB of them to be left (expected: at least %d MiB more than those,"
                        + " for one slot of %d tokens)",
                config.device(),
                freeBytes >> 20,
                config.spareBytes() >> 20,
                (least.deviceBytes() >> 20) + 1,
                least.slotTokens()));
    }
}
