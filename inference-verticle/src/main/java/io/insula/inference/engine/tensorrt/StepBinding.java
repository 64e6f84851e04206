package io.insula.inference.engine.tensorrt;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.cuda.RowBlocks;
import io.insula.djl.tensorrt.nvinfer.Plan;
import io.insula.djl.tensorrt.nvinfer.PlanContext;
import io.insula.djl.tensorrt.nvinfer.TensorSpec;
import io.insula.inference.graph.tensorrt.DecoderNetwork;
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
        input(context, DecoderNetwork.TOKENS, memory.tokens(), rows, tokens);
        if (names.contains(DecoderNetwork.PAST)) {
            input(context, DecoderNetwork.PAST, memory.past(), rows); // A decoder without layers has no use for it.
        }
        input(context, DecoderNetwork.WANTED, memory.wanted(), wanted);
        RowBlocks staging = layout.stepRows(memory.staging(), rows, tokens);
        for (int layer = 0; layer < layout.layers(); layer++) {
            long keys = cache.view(2 * layer, slot);
            long values = cache.view(2 * layer + 1, slot);
            cache(context, DecoderNetwork.key(layer), keys, rows, cache.stride());
            cache(context, DecoderNetwork.value(layer), values, rows, cache.stride());
            if (inPlace) {
                context.address(DecoderNetwork.presentKey(layer), keys);
                context.address(DecoderNetwork.presentValue(layer), values);
            } else {
                context.address(DecoderNetwork.newKey(layer), staging.row(2L * layer, 0));
                context.address(DecoderNetwork.newValue(layer), staging.row(2L * layer + 1, 0));
            }
        }
        context.address(DecoderNetwork.LOGITS, memory.logits());
        AnswerLayout answer = memory.estimate().answer(wanted);
        context.address(DecoderNetwork.TOP_VALUES, memory.answer());
        context.address(DecoderNetwork.TOP_IDS, memory.answer() + answer.tokens());
        context.address(DecoderNetwork.LOG_SUM, memory.answer() + answer.logSums());
        context.address(DecoderNetwork.DEPTH, memory.answer() + answer.depths());
    }

    private void cache(PlanContext context, String name, long address, int rows, int length) {
        input(context, name, address, rows, layout.kvHeads(), length, headSize);
    }

    private static void input(PlanContext context, String name, long address, long... shape) {
        context.inputShape(name, new Shape(shape));
        context.address(name, address);
    }
}
