package io.insula.bench.gpu;

import io.insula.inference.graph.tensorrt.WeightForm;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One thing to measure.
 *
 * @param model whose weights or shape
 * @param weights how the matrices are kept
 * @param kind decode, or prefill of one sequence
 * @param batch sequences of a step; 1 for prefill
 * @param context tokens of each sequence at the end of what is measured
 */
record GpuCase(BenchModel model, WeightForm weights, Kind kind, int batch, int context) {

    enum Kind {
        DECODE,
        PREFILL
    }

    GpuCase {
        if (batch < 1 || context < 1 || context > model.shape().contextTokens()) {
            throw new IllegalArgumentException(model.name() + ": batch " + batch + " at " + context
                    + " tokens (expected: >= 1 at 1.." + model.shape().contextTokens() + ")");
        }
    }

    /** Prefill of each context, and decode steps of each batch behind it; contexts beyond the model's own are left out. */
    static List<GpuCase> all(
            List<BenchModel> models, List<WeightForm> weights, List<Integer> batches, List<Integer> contexts) {
        List<GpuCase> cases = new ArrayList<>();
        for (BenchModel model : models) {
            for (WeightForm form : weights) {
                for (int context : contexts) {
                    if (context <= model.shape().contextTokens()) {
                        cases.add(new GpuCase(model, form, Kind.PREFILL, 1, context));
                        batches.forEach(batch -> cases.add(new GpuCase(model, form, Kind.DECODE, batch, context)));
                    }
                }
            }
        }
        return cases;
    }

    /** What {@code --case} is matched with: {@code llama-3.2-1b/bf16/decode/8/2048}. */
    String name() {
        return String.join(
                "/",
                model.name(),
                form(weights),
                kind.name().toLowerCase(Locale.ROOT),
                Integer.toString(batch),
                Integer.toString(context));
    }

    static String form(WeightForm weights) {
        return switch (weights) {
            case PLAIN -> "bf16";
            case FLOAT8 -> "fp8";
            case INT4 -> "int4";
        };
    }

    StepCost cost() {
        return model.cost(weights);
    }
}
