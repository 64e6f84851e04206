package io.insula.bench.gpu;

import io.insula.inference.graph.tensorrt.WeightForm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Cases that one engine serves, so that one plan is built for them.
 *
 * @param slots the most sequences of its cases
 * @param slotTokens the longest context of its cases
 * @param cases of one model and one kind of weights
 */
record EngineGroup(int slots, int slotTokens, List<GpuCase> cases) {

    /** What activations, graphs, logits and the driver may take. */
    static final long SPARE_BYTES = 6L << 30;

    /**
     * What is measured, and what no device of that memory holds.
     *
     * @param groups in the order of their first case
     * @param tooLarge cases whose weights and cache exceed the memory, and by how much they do
     */
    record Division(List<EngineGroup> groups, Map<GpuCase, String> tooLarge) {}

    EngineGroup {
        cases = List.copyOf(cases);
    }

    BenchModel model() {
        return cases.getFirst().model();
    }

    WeightForm weights() {
        return cases.getFirst().weights();
    }

    /** Weights and cache; what else a run needs is {@link #SPARE_BYTES}. */
    static long bytes(StepCost cost, int slots, int slotTokens) {
        return cost.weightBytes() + (long) slots * slotTokens * cost.tokenBytes();
    }

    /**
     * Divides cases among as few engines as the memory allows: where the largest batch of the longest context does not fit, that
     * context gets an engine of its own with the batches that do.
     *
     * @param freeBytes of the device
     */
    static Division divide(List<GpuCase> cases, long freeBytes) {
        Map<List<Object>, List<GpuCase>> byModel = new LinkedHashMap<>();
        for (GpuCase each : cases) {
            byModel.computeIfAbsent(List.of(each.model(), each.weights()), model -> new ArrayList<>())
                    .add(each);
        }
        List<EngineGroup> groups = new ArrayList<>();
        Map<GpuCase, String> tooLarge = new LinkedHashMap<>();
        byModel.values().forEach(alike -> divide(alike, freeBytes - SPARE_BYTES, groups, tooLarge));
        return new Division(groups, tooLarge);
    }

    private static void divide(
            List<GpuCase> cases, long room, List<EngineGroup> groups, Map<GpuCase, String> tooLarge) {
        if (cases.isEmpty()) {
            return;
        }
        EngineGroup whole = of(cases);
        StepCost cost = cases.getFirst().cost();
        if (bytes(cost, whole.slots(), whole.slotTokens()) <= room) {
            groups.add(whole);
            return;
        }
        List<GpuCase> shorter = cases.stream()
                .filter(each -> each.context() < whole.slotTokens())
                .toList();
        divide(shorter, room, groups, tooLarge);
        List<GpuCase> fitting = new ArrayList<>();
        for (GpuCase each : cases) {
            if (each.context() == whole.slotTokens()) {
                long needed = bytes(cost, each.batch(), each.context());
                if (needed <= room) {
                    fitting.add(each);
                } else {
                    tooLarge.put(
                            each,
                            "needs " + (needed >> 30) + " GiB of weights and cache, the device has room for "
                                    + (Math.max(0, room) >> 30));
                }
            }
        }
        if (!fitting.isEmpty()) {
            groups.add(of(fitting));
        }
    }

    private static EngineGroup of(List<GpuCase> cases) {
        return new EngineGroup(
                cases.stream().mapToInt(GpuCase::batch).max().orElseThrow(),
                cases.stream().mapToInt(GpuCase::context).max().orElseThrow(),
                cases);
    }
}
