package io.insula.inference.graph.tensorrt;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.djl.tensorrt.network.Elementwise;
import io.insula.djl.tensorrt.network.Network;
import io.insula.djl.tensorrt.network.Tensor;
import io.insula.djl.tensorrt.network.Unary;
import io.insula.inference.graph.AttentionLayer;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.GraphWriter;
import io.insula.inference.weights.ModelTensor;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * Writes a decoder as a strongly typed network, whose inputs and outputs {@link DecoderNetwork} names.
 *
 * <p>Products and residuals have the type of computation; norms, rotations and the exponentials of attention are float32.
 *
 * <p><b>Shape:</b> values are {@code [rows, tokens, width]}: one network serves decoding (one token for each of many rows) and
 * prefill (many tokens of one row) in two optimization profiles.
 */
public final class TensorRtGraphWriter implements GraphWriter<DecoderValue> {

    private final Network network;
    private final NetworkOptions options;
    private final DecoderShape shape;
    private final Constants constants;
    private final PackedWeights weights;
    private final QuantisedWeights quantised;
    private final StepTensors step;
    private final RmsNorms norms;
    private final HeadSplit heads;
    private final Attention attention;

    private TensorRtGraphWriter(DecoderShape shape, NetworkOptions options, Network network, SegmentAllocator memory) {
        this.network = network;
        this.options = options;
        this.shape = shape;
        this.constants = new Constants(network, memory);
        this.weights = new PackedWeights(network, memory);
        this.quantised = new QuantisedWeights(network, memory, options.weights(), options.type());
        this.step = new StepTensors(network, constants);
        this.norms = new RmsNorms(network, constants, shape.rmsEpsilon());
        this.heads = new HeadSplit(network, constants, weights, step, norms, shape, options);
        this.attention = options.dialect() == Dialect.PORTABLE
                ? new PlainAttention(network, constants, step, shape, options.type())
                : new LayerAttention(network, constants, step, shape, options);
    }

    /**
     * Writes a decoder into a network.
     *
     * @param memory native memory for constants, which must live until the plan is built; the decoder's checkpoint must stay open
     *     as long
     */
    public static void write(
            DecoderDescription decoder, NetworkOptions options, Network network, SegmentAllocator memory) {
        decoder.write(new TensorRtGraphWriter(decoder.shape(), options, network, memory));
    }

    @Override
    public DecoderValue embedding(ModelTensor table) {
        network.part(table.name());
        Tensor rows = weights.of(List.of(table), options.type(), table.rows(), table.columns());
        return new DecoderValue(network.gather(rows, step.tokens(), 0), 3);
    }

    @Override
    public DecoderValue rmsNorm(DecoderValue x, ModelTensor gain) {
        network.part(gain.name());
        long[] size = Constants.ones(x.rank());
        size[x.rank() - 1] = gain.columns();
        Tensor gains = weights.of(List.of(gain), ElementType.FLOAT32, size);
        Tensor normalised = norms.of(network.cast(x.tensor(), ElementType.FLOAT32), x.rank(), gains);
        return new DecoderValue(network.cast(normalised, options.type()), x.rank());
    }

    @Override
    public DecoderValue linear(DecoderValue x, List<ModelTensor> stacked, List<ModelTensor> biases) {
        network.part(stacked.getFirst().name());
        long rows = stacked.stream().mapToLong(ModelTensor::rows).sum();
        long columns = stacked.getFirst().columns();
        Tensor product = product(x, stacked, rows, columns);
        if (biases.isEmpty()) {
            return new DecoderValue(product, x.rank());
        }
        long[] biasSize = Constants.ones(x.rank());
        biasSize[x.rank() - 1] = rows;
        Tensor bias = weights.of(biases, options.type(), biasSize);
        return new DecoderValue(network.elementwise(Elementwise.SUM, product, bias), x.rank());
    }

    private Tensor product(DecoderValue x, List<ModelTensor> stacked, long rows, long columns) {
        if (x.rank() == 2) {
            return network.product(x.tensor(), weights.of(stacked, options.type(), rows, columns), true);
        }
        return options.weights() == WeightForm.PLAIN
                ? network.product(x.tensor(), weights.of(stacked, options.type(), 1, rows, columns), true)
                : network.product(x.tensor(), quantised.of(stacked), false);
    }

    @Override
    public DecoderValue attention(DecoderValue queryKeyValue, AttentionLayer layer) {
        HeadSplit.Heads split = heads.of(queryKeyValue.tensor(), layer);
        return new DecoderValue(
                attention.attend(layer.index(), layer.window(), split.query(), split.key(), split.value()), 3);
    }

    @Override
    public DecoderValue gatedSilu(DecoderValue gateAndUp) {
        network.part("gate");
        Tensor gate = step.part(gateAndUp.tensor(), 0, shape.feedForward());
        Tensor up = step.part(gateAndUp.tensor(), shape.feedForward(), shape.feedForward());
        Tensor wide = network.cast(gate, ElementType.FLOAT32);
        Tensor silu = network.elementwise(Elementwise.PRODUCT, wide, network.unary(Unary.SIGMOID, wide));
        Tensor gated = network.elementwise(Elementwise.PRODUCT, silu, network.cast(up, ElementType.FLOAT32));
        return new DecoderValue(network.cast(gated, options.type()), 3);
    }

    @Override
    public DecoderValue add(DecoderValue a, DecoderValue b) {
        network.part("residual");
        return new DecoderValue(network.elementwise(Elementwise.SUM, a.tensor(), b.tensor()), a.rank());
    }

    @Override
    public DecoderValue select(DecoderValue x) {
        network.part("wanted tokens");
        Tensor wanted = network.input(DecoderNetwork.WANTED, ElementType.INT32, -1);
        Tensor rows = network.reshape(x.tensor(), -1, shape.hidden());
        return new DecoderValue(network.gather(rows, wanted, 0), 2);
    }

    @Override
    public void logits(DecoderValue x) {
        network.part("logits");
        new Ending(network, options).write(network.cast(x.tensor(), ElementType.FLOAT32), shape.vocabulary());
    }
}
