package io.insula.launcher.config;

import io.insula.inference.graph.tensorrt.WeightForm;
import java.util.List;

/**
 * Whether and how GPUs are used.
 *
 * @param device what engines compute on
 * @param devices numbers of the GPUs, from 0; empty: every one that the driver shows
 * @param weights how matrices are kept
 * @param kvBudgetBytes the most that a model's keys and values may take; 0: what the slots need, as far as it is free
 * @param slots the most streams at once
 * @param prefillChunk prompt tokens of one run
 */
public record GpuConfig(
        EngineDevice device,
        List<Integer> devices,
        WeightForm weights,
        long kvBudgetBytes,
        int slots,
        int prefillChunk) {

    public GpuConfig {
        devices = List.copyOf(devices);
    }
}
