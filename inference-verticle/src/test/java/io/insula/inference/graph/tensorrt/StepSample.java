package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.graph.DecoderShape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One step whose sizes all differ, and what goes into a network and comes out of it there. */
final class StepSample {

    static final int ROWS = 2;
    static final int TOKENS = 5;
    static final int WANTED = 3;
    private static final int OPEN_POSITIONS = 11;
    private static final int[] PAST = {4, 9};

    private final DecoderShape shape;
    private final NetworkOptions options;

    StepSample(DecoderShape shape, NetworkOptions options) {
        this.shape = shape;
        this.options = options;
    }

    int past(int row) {
        return PAST[row];
    }

    int positions() {
        return options.dialect() == Dialect.PORTABLE ? OPEN_POSITIONS : options.capacity();
    }

    Map<String, HostTensor> inputs(RecordedNetwork network) {
        Map<String, HostTensor> inputs = new HashMap<>();
        inputs.put(DecoderNetwork.TOKENS, HostTensor.of(ElementType.INT32, ROWS, TOKENS));
        inputs.put(DecoderNetwork.PAST, HostTensor.ofInts(new long[] {ROWS}, PAST));
        inputs.put(DecoderNetwork.WANTED, HostTensor.ofInts(new long[] {WANTED}, 1, 7, 9));
        for (int layer = 0; layer < shape.layers(); layer++) {
            inputs.put(DecoderNetwork.key(layer), cache());
            inputs.put(DecoderNetwork.value(layer), cache());
        }
        return inputs;
    }

    private HostTensor cache() {
        return HostTensor.of(options.type(), ROWS, shape.kvHeads(), positions(), shape.headSize());
    }

    /** The shape of an input with -1 where it is open. */
    List<Long> openShape(String name) {
        return switch (name) {
            case DecoderNetwork.TOKENS -> List.of(-1L, -1L);
            case DecoderNetwork.PAST, DecoderNetwork.WANTED -> List.of(-1L);
            default ->
                List.of(
                        -1L,
                        (long) shape.kvHeads(),
                        options.dialect() == Dialect.PORTABLE ? -1L : options.capacity(),
                        (long) shape.headSize());
        };
    }

    List<String> outputNames() {
        List<String> names = new ArrayList<>(List.of(
                DecoderNetwork.LOGITS,
                DecoderNetwork.TOP_VALUES,
                DecoderNetwork.TOP_IDS,
                DecoderNetwork.LOG_SUM,
                DecoderNetwork.DEPTH));
        boolean portable = options.dialect() == Dialect.PORTABLE;
        for (int layer = 0; layer < shape.layers(); layer++) {
            names.add(portable ? DecoderNetwork.newKey(layer) : DecoderNetwork.presentKey(layer));
            names.add(portable ? DecoderNetwork.newValue(layer) : DecoderNetwork.presentValue(layer));
        }
        return names;
    }

    ElementType outputType(String name) {
        return switch (name) {
            case DecoderNetwork.LOGITS, DecoderNetwork.TOP_VALUES, DecoderNetwork.LOG_SUM, DecoderNetwork.DEPTH ->
                ElementType.FLOAT32;
            case DecoderNetwork.TOP_IDS -> ElementType.INT32;
            default -> options.type();
        };
    }

    int[] outputShape(String name) {
        return switch (name) {
            case DecoderNetwork.LOGITS -> new int[] {WANTED, shape.vocabulary()};
            case DecoderNetwork.TOP_VALUES, DecoderNetwork.TOP_IDS ->
                new int[] {WANTED, Math.min(options.top(), shape.vocabulary())};
            case DecoderNetwork.LOG_SUM, DecoderNetwork.DEPTH -> new int[] {WANTED};
            default ->
                new int[] {ROWS, shape.kvHeads(), name.startsWith("new") ? TOKENS : positions(), shape.headSize()};
        };
    }

    @Nullable
    String alias(String output) {
        return output.startsWith("present_") ? output.substring("present_".length()) : null;
    }
}
