package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.weights.ModelTensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Walks a description beside the recording of its network, and compares them layer by layer: which operations, of which
 * constants and inputs, in which types and shapes, seeing which positions.
 *
 * <p>Shapes are those of one step, whose sizes all differ.
 */
final class NetworkAudit implements GraphWriter<NetworkAudit.Walked> {

    /** A value that both have: its number in the recording. */
    record Walked(int number, List<Integer> shape) {}

    private final RecordedNetwork network;
    private final NetworkOptions options;
    private final DecoderShape shape;
    private final StepSample step;
    private final Values[] values;
    private final AttentionAudit attention;
    private final List<RecordedLayer> layers;
    private int next;

    private NetworkAudit(RecordedNetwork network, DecoderShape shape, NetworkOptions options) {
        this.network = network;
        this.options = options;
        this.shape = shape;
        this.step = new StepSample(shape, options);
        this.values = new NetworkInterpreter(network).trace(step.inputs(network));
        // What only computes lengths is checked by the shapes that come of it.
        this.layers = network.layers().stream()
                .filter(layer -> layer.outputs().getFirst().type() != ElementType.INT64)
                .filter(layer -> !layer.part().equals("step"))
                .toList();
        this.attention = new AttentionAudit(this, shape, options, step);
    }

    /** Throws an AssertionError where the recording is not what the description says. */
    static void check(RecordedNetwork network, DecoderDescription decoder, NetworkOptions options) {
        NetworkAudit audit = new NetworkAudit(network, decoder.shape(), options);
        decoder.write(audit);
        assertThat(audit.next).as("layers").isEqualTo(audit.layers.size());
        audit.checkInputs();
        audit.checkOutputs();
    }

    @Override
    public Walked embedding(ModelTensor table) {
        List<RecordedLayer> found = take(table.name(), "gather");
        constant(found.getFirst().inputs().get(0), options.type(), List.of(table));
        input(found.getFirst().inputs().get(1), DecoderNetwork.TOKENS);
        return walked(found, StepSample.ROWS, StepSample.TOKENS, shape.hidden());
    }

    @Override
    public Walked rmsNorm(Walked x, ModelTensor gain) {
        List<String> words = new ArrayList<>(cast(ElementType.FLOAT32));
        words.addAll(norm());
        words.addAll(cast(options.type()));
        List<RecordedLayer> found = take(gain.name(), words.toArray(String[]::new));
        from(found.getFirst(), x);
        norm(found, cast(ElementType.FLOAT32).size(), List.of(gain));
        return walked(found, x.shape().stream().mapToInt(i -> i).toArray());
    }

    @Override
    public Walked linear(Walked x, List<ModelTensor> weights, List<ModelTensor> biases) {
        String[] words = biases.isEmpty() ? new String[] {"product true"} : new String[] {"product true", "SUM"};
        List<RecordedLayer> found = take(weights.getFirst().name(), words);
        from(found.getFirst(), x);
        constant(found.getFirst().inputs().get(1), options.type(), weights);
        if (!biases.isEmpty()) {
            from(found.get(1), found.getFirst());
            constant(found.get(1).inputs().get(1), options.type(), biases);
        }
        int[] expected = x.shape().stream().mapToInt(i -> i).toArray();
        expected[expected.length - 1] =
                weights.stream().mapToInt(weight -> (int) weight.rows()).sum();
        return walked(found, expected);
    }

    @Override
    public Walked attention(Walked queryKeyValue, AttentionLayer layer) {
        return attention.check(queryKeyValue, layer);
    }

    @Override
    public Walked gatedSilu(Walked gateAndUp) {
        List<String> words = new ArrayList<>(List.of("slice", "slice"));
        words.addAll(cast(ElementType.FLOAT32));
        words.addAll(List.of("SIGMOID", "PRODUCT"));
        words.addAll(cast(ElementType.FLOAT32));
        words.add("PRODUCT");
        words.addAll(cast(options.type()));
        List<RecordedLayer> found = take("gate", words.toArray(String[]::new));
        from(found.get(0), gateAndUp);
        from(found.get(1), gateAndUp);
        assertThat(found.get(0).attributes()).isEqualTo(List.of(0L, 0L, 0L));
        assertThat(found.get(1).attributes()).isEqualTo(List.of(0L, 0L, (long) shape.feedForward()));
        return walked(found, StepSample.ROWS, StepSample.TOKENS, shape.feedForward());
    }

    @Override
    public Walked add(Walked a, Walked b) {
        List<RecordedLayer> found = take("residual", "SUM");
        assertThat(found.getFirst().inputs().stream().map(RecordedTensor::number))
                .containsExactly(a.number(), b.number());
        return walked(found, a.shape().stream().mapToInt(i -> i).toArray());
    }

    @Override
    public Walked select(Walked x) {
        List<RecordedLayer> found = take("wanted tokens", "reshape", "gather");
        from(found.getFirst(), x);
        input(found.getLast().inputs().get(1), DecoderNetwork.WANTED);
        return walked(found, StepSample.WANTED, shape.hidden());
    }

    @Override
    public void logits(Walked x) {
        List<String> words = new ArrayList<>(cast(ElementType.FLOAT32));
        words.addAll(List.of(
                "largest", "reduce MAXIMUM", "DIFFERENCE", "EXPONENTIAL", "reduce SUM", "LOGARITHM", "SUM", "reshape"));
        words.addAll(List.of("DIFFERENCE", "reduce MAXIMUM", "reshape"));
        from(take("logits", words.toArray(String[]::new)).getFirst(), x);
    }

    private void checkInputs() {
        step.inputs(network).forEach((name, tensor) -> {
            Recording.Input input = inputOf(name);
            assertThat(input.type()).as(name).isEqualTo(tensor.type());
            assertThat(input.shape()).as(name).isEqualTo(step.openShape(name));
        });
    }

    private void checkOutputs() {
        assertThat(network.outputNames()).containsExactlyInAnyOrderElementsOf(step.outputNames());
        network.outputs().forEach((name, tensor) -> {
            assertThat(tensor.type()).as(name).isEqualTo(step.outputType(name));
            assertThat(value(tensor).shape()).as(name).isEqualTo(step.outputShape(name));
            assertThat(network.aliasOf(name)).as(name).isEqualTo(step.alias(name));
        });
    }

    /** The next layers, which must be of that part and have these words, and belong together. */
    List<RecordedLayer> take(String part, String... words) {
        List<RecordedLayer> found = layers.subList(next, Math.min(layers.size(), next + words.length));
        next += found.size();
        assertThat(found).as(part).extracting(RecordedLayer::part).containsOnly(part);
        assertThat(found).as(part).extracting(NetworkAudit::word).containsExactly(words);
        return found;
    }

    /** What a layer does, in a word. */
    private static String word(RecordedLayer layer) {
        return switch (layer.kind()) {
            case "elementwise", "unary" -> layer.attributes().getFirst().toString();
            case "reduce", "product", "cast", "rotary" ->
                layer.kind() + " " + layer.attributes().getFirst();
            default -> layer.kind();
        };
    }

    /** A conversion, where there is one. */
    List<String> cast(ElementType type) {
        return options.type() == ElementType.FLOAT32 ? List.of() : List.of("cast " + type);
    }

    static List<String> norm() {
        return List.of("PRODUCT", "reduce MEAN", "SUM", "SQUARE_ROOT", "RECIPROCAL", "PRODUCT", "PRODUCT");
    }

    /** Checks the constants of a norm that begins there. */
    void norm(List<RecordedLayer> found, int from, List<ModelTensor> gains) {
        assertThat(value(found.get(from + 2).inputs().get(1)).data()).containsExactly((float) shape.rmsEpsilon());
        constant(found.get(from + 6).inputs().get(1), ElementType.FLOAT32, gains);
    }

    void constant(RecordedTensor tensor, ElementType type, List<ModelTensor> stacked) {
        assertThat(tensor.type()).isEqualTo(type);
        assertThat(network.constants()).containsKey(tensor.number());
        double[] expected = stacked.stream()
                .flatMapToDouble(weight -> {
                    float[] elements = new float[(int) weight.elements()];
                    weight.toFloat(0, elements);
                    return IntStream.range(0, elements.length).mapToDouble(i -> Elements.rounded(type, elements[i]));
                })
                .toArray();
        assertThat(value(tensor).data()).isEqualTo(expected);
    }

    void input(RecordedTensor tensor, String name) {
        assertThat(tensor.number()).as(name).isEqualTo(inputOf(name).number());
    }

    private Recording.Input inputOf(String name) {
        return Objects.requireNonNull(network.inputs().get(name), name);
    }

    void output(RecordedLayer layer, String name) {
        assertThat(network.outputs().get(name))
                .as(name)
                .isEqualTo(layer.outputs().getFirst());
    }

    void from(RecordedLayer layer, Walked x) {
        assertThat(layer.inputs().getFirst().number()).as(layer.toString()).isEqualTo(x.number());
    }

    void from(RecordedLayer layer, RecordedLayer before) {
        assertThat(layer.inputs().getFirst())
                .as(layer.toString())
                .isEqualTo(before.outputs().getFirst());
    }

    /** The last of these layers' result, which must have the type of computation and that shape. */
    Walked walked(List<RecordedLayer> found, int... expected) {
        RecordedTensor result = found.getLast().outputs().getFirst();
        assertThat(result.type()).isEqualTo(options.type());
        assertThat(value(result).shape()).as(found.getLast().toString()).isEqualTo(expected);
        return new Walked(result.number(), Arrays.stream(expected).boxed().toList());
    }

    Values value(RecordedTensor tensor) {
        return values[tensor.number()];
    }
}
