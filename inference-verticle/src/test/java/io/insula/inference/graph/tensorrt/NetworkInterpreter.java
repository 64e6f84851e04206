package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Runs a recording in host memory, slowly: float64 arithmetic, each result rounded to its type.
 *
 * <p>It proves what a network says, not how TensorRT understands it.
 */
public final class NetworkInterpreter implements NetworkRun {

    private final RecordedNetwork network;

    public NetworkInterpreter(RecordedNetwork network) {
        this.network = network;
    }

    public RecordedNetwork network() {
        return network;
    }

    @Override
    public Map<String, HostTensor> run(Map<String, HostTensor> inputs) {
        Values[] values = trace(inputs);
        Map<String, HostTensor> outputs = new LinkedHashMap<>();
        network.outputs().forEach((name, tensor) -> {
            String alias = network.aliasOf(name);
            HostTensor target = alias == null ? null : inputs.get(alias);
            outputs.put(name, store(values[tensor.number()], target));
        });
        return outputs;
    }

    /** The values of all tensors, by number. */
    Values[] trace(Map<String, HostTensor> inputs) {
        if (!inputs.keySet().equals(network.inputs().keySet())) {
            throw new IllegalArgumentException("inputs: " + inputs.keySet() + " (expected: "
                    + network.inputs().keySet() + ")");
        }
        network.dimensions().forEach((name, places) -> {
            long lengths = places.entrySet().stream()
                    .map(place ->
                            Objects.requireNonNull(inputs.get(place.getKey())).shape()[place.getValue()])
                    .distinct()
                    .count();
            if (lengths > 1) {
                throw new IllegalArgumentException(
                        "dimension " + name + ": " + lengths + " lengths in " + places + " (expected: one)");
            }
        });
        Values[] values = new Values[network.values()];
        network.constants().forEach((number, constant) -> values[number] = constant);
        network.inputs()
                .forEach((name, input) ->
                        values[input.number()] = load(input, Objects.requireNonNull(inputs.get(name), name)));
        for (RecordedLayer layer : network.layers()) {
            List<Values> operands =
                    layer.inputs().stream().map(input -> values[input.number()]).toList();
            List<Values> results;
            try {
                results = layer.kernel().run(operands);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(layer + ": " + e.getMessage(), e);
            }
            for (int i = 0; i < results.size(); i++) {
                RecordedTensor output = layer.outputs().get(i);
                Values result = results.get(i);
                if (result.type() != output.type() || result.rank() != output.rank()) {
                    throw new IllegalStateException(layer + ": " + result.type() + " of " + result.rank()
                            + " dimensions (expected: " + output + ")");
                }
                values[output.number()] = result;
            }
        }
        return values;
    }

    private static Values load(Recording.Input input, HostTensor given) {
        boolean fits = given.type() == input.type()
                && given.shape().length == input.shape().size();
        for (int i = 0; fits && i < given.shape().length; i++) {
            fits = input.shape().get(i) < 0 || input.shape().get(i) == given.shape()[i];
        }
        if (!fits) {
            throw new IllegalArgumentException("input " + input.name() + ": " + given.type() + " "
                    + Arrays.toString(given.shape()) + " (expected: " + input.type() + " " + input.shape() + ")");
        }
        int[] shape = Arrays.stream(given.shape()).mapToInt(Math::toIntExact).toArray();
        double[] data = new double[Values.size(shape)];
        for (int i = 0; i < data.length; i++) {
            data[i] = given.get(i);
        }
        return new Values(input.type(), shape, data);
    }

    private static HostTensor store(Values values, @Nullable HostTensor target) {
        ElementType type = values.type();
        long[] shape = Arrays.stream(values.shape()).asLongStream().toArray();
        HostTensor stored = target == null ? HostTensor.of(type, shape) : target;
        for (int i = 0; i < values.data().length; i++) {
            stored.set(i, values.data()[i]);
        }
        return stored;
    }
}
