package io.insula.inference.engine.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import java.util.Set;
import java.util.stream.Collectors;

/** Gives a context the shapes and addresses of one form of a step. */
final class StepBinding {

    private final CacheLayout layout;
    private final EngineMemory memory;
    private final boolean inPlace;
    private final int headSize;
    private final Set<String> names;

    StepBinding(Plan plan, PlanSignature signature, EngineMemory memory) {
        this.layout = memory.estimate().layout();
        this.memory = memory;
        this.inPlace = signature.inPlace();
        this.headSize = layout.rowBytes() / signature.elementBytes();
        this.names = plan.tensors().stream().map(TensorSpec::name).collect(Collectors.toSet());
    }

    /**
     * Binds everything.
     *
     * @param slot the first of the step's slots
     * @param rows neighbouring slots
     * @param tokens of each row
     * @param wanted tokens whose logits are told
     */
    void bind(PlanContext context, DeviceCache cache, int slot, int rows, int tokens, int wanted) {
        input(context, PlanSignature.TOKENS, memory.tokens(), rows, tokens);
        if (names.contains(PlanSignature.PAST)) {
            input(context, PlanSignature.PAST, memory.past(), rows); // A decoder without layers has no use for it.
        }
        input(context, PlanSignature.WANTED, memory.wanted(), wanted);
        RowBlocks staging = layout.stepRows(memory.staging(), rows, tokens);
        for (int layer = 0; layer < layout.layers(); layer++) {
            long keys = cache.view(2 * layer, slot);
            long values = cache.view(2 * layer + 1, slot);
            cache(context, PlanSignature.key(layer), keys, rows, cache.stride());
            cache(context, PlanSignature.value(layer), values, rows, cache.stride());
            if (inPlace) {
                context.address(PlanSignature.presentKey(layer), keys);
                context.address(PlanSignature.presentValue(layer), values);
            } else {
                context.address(PlanSignature.newKey(layer), staging.row(2L * layer, 0));
                context.address(PlanSignature.newValue(layer), staging.row(2L * layer + 1, 0));
            }
        }
        context.address(PlanSignature.LOGITS, memory.logits());
        context.address(PlanSignature.TOP_VALUES, memory.topValues());
        context.address(PlanSignature.TOP_IDS, memory.topIds());
        context.address(PlanSignature.LOG_SUM, memory.logSums());
    }

    private void cache(PlanContext context, String name, long address, int rows, int length) {
        input(context, name, address, rows, layout.kvHeads(), length, headSize);
    }

    private static void input(PlanContext context, String name, long address, long... shape) {
        context.inputShape(name, new Shape(shape));
        context.address(name, address);
    }
}
