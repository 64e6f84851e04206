package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/** What was written down of a network, and the rules that hold for every layer. */
public abstract class Recording implements Network {

    /**
     * An input.
     *
     * @param shape -1 where a dimension is open
     */
    public record Input(String name, ElementType type, List<Long> shape, int number) {}

    final List<RecordedLayer> layers = new ArrayList<>();
    final SequencedMap<String, Input> inputs = new LinkedHashMap<>();
    final SequencedMap<String, RecordedTensor> outputs = new LinkedHashMap<>();
    final Map<Integer, Values> constants = new LinkedHashMap<>();
    final Map<Integer, String> aliases = new LinkedHashMap<>();
    final Map<String, Map<String, Integer>> dimensions = new LinkedHashMap<>();
    String part = "";
    private int values;

    Recording() {}

    /** Refuses what TensorRT refuses of a whole network. */
    void finish() {
        aliases.forEach((number, cache) -> {
            if (outputs.values().stream().noneMatch(output -> output.number() == number)) {
                throw new IllegalArgumentException("the update of " + cache + " is no output");
            }
        });
    }

    public SequencedMap<String, Input> inputs() {
        return inputs;
    }

    /** Names of the outputs. */
    public List<String> outputNames() {
        return List.copyOf(outputs.sequencedKeySet());
    }

    SequencedMap<String, RecordedTensor> outputs() {
        return outputs;
    }

    List<RecordedLayer> layers() {
        return layers;
    }

    Map<Integer, Values> constants() {
        return constants;
    }

    /** By the name of a dimension, which of each input's it is. */
    Map<String, Map<String, Integer>> dimensions() {
        return dimensions;
    }

    int values() {
        return values;
    }

    /** The input in whose memory that output must lie, or null. */
    public @Nullable String aliasOf(String output) {
        RecordedTensor tensor = outputs.get(output);
        return tensor == null ? null : aliases.get(tensor.number());
    }

    interface OneKernel {
        Values run(List<Values> inputs);
    }

    RecordedTensor layer(
            String kind, ElementType type, int rank, List<Tensor> operands, List<?> attributes, OneKernel kernel) {
        RecordedTensor output = fresh(type, rank);
        List<RecordedTensor> own = operands.stream().map(this::own).toList();
        layers.add(new RecordedLayer(kind, part, own, List.of(output), attributes, in -> List.of(kernel.run(in))));
        return output;
    }

    RecordedTensor fresh(ElementType type, int rank) {
        return new RecordedTensor(values++, type, rank);
    }

    RecordedTensor own(Tensor tensor) {
        return (RecordedTensor) tensor;
    }

    void alike(String what, Tensor a, Tensor b) {
        require(
                a.type() == b.type() && own(a).rank() == own(b).rank(),
                what + ": " + a.type() + " of " + own(a).rank() + " dimensions and " + b.type() + " of " + own(b).rank()
                        + " (expected: alike)");
    }

    void requireAxis(Tensor x, int axis) {
        require(axis >= 0 && axis < own(x).rank(), "axis " + axis + " of " + own(x).rank() + " dimensions");
    }

    void require(boolean holds, String refusal) {
        if (!holds) {
            throw new IllegalArgumentException(part + ": " + refusal);
        }
    }
}
