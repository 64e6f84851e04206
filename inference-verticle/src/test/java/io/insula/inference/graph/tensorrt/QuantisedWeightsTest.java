package io.insula.inference.graph.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.Weights;
import io.insula.inference.weights.ModelFileException;
import io.insula.inference.weights.ModelTensor;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class QuantisedWeightsTest {

    private static final DecoderShape SHAPE = TinyModels.shape(1);
    private static final List<ModelTensor> STACKED =
            List.of(tensor("blk.0.attn_q.weight"), tensor("blk.0.attn_k.weight"), tensor("blk.0.attn_v.weight"));

    private static ModelTensor tensor(String name) {
        return TinyModels.weights(SHAPE, any -> TensorType.F32, TinyModels.SEED)
                .find(name)
                .orElseThrow();
    }

    @Test
    void numbersOfFourBitsAreTheNearest() {
        float[][] whole = dequantised(STACKED, WeightForm.INT4, ElementType.FLOAT32);
        eachWeight((row, weights) -> {
            float most = 0;
            for (float weight : weights) {
                most = Math.max(most, Math.abs(weight));
            }
            for (int i = 0; i < weights.length; i++) {
                assertThat(Math.abs(whole[i][row] - weights[i])).isLessThanOrEqualTo(most / 7 * 0.5001f);
            }
        });
    }

    @Test
    void numbersOfEightBitsAreTheNearest() {
        float[][] whole = dequantised(STACKED, WeightForm.FLOAT8, ElementType.BFLOAT16);
        eachWeight((row, weights) -> {
            for (int i = 0; i < weights.length; i++) {
                // Half a unit of three bits of mantissa, and the rounding of the product to bfloat16.
                float allowed = Math.abs(weights[i]) * (1 / 16f + 1 / 128f) + 1e-4f;
                assertThat(Math.abs(whole[i][row] - weights[i])).isLessThanOrEqualTo(allowed);
            }
        });
    }

    /** The oracle computes with the rounded weights, so that what is compared is the wiring. */
    @ParameterizedTest
    @EnumSource(value = WeightForm.class, names = "PLAIN", mode = EnumSource.Mode.EXCLUDE)
    void theLogitsAreThoseOfTheRoundedWeights(WeightForm form) {
        LlamaDecoder decoder = TinyModels.of(TensorType.F32);
        NetworkOptions options =
                NetworkOptions.portable(ElementType.FLOAT32, 64).withWeights(form);
        RecordedNetwork network = RecordedNetwork.record(decoder, options);
        DecoderDescription rounded = new LlamaDecoder(decoder.shape(), rounded(decoder.weights(), form));
        assertThat(OracleComparison.deviation(rounded, network, options))
                .isLessThan(OracleComparison.FLOAT32_TOLERANCE);
        assertThat(OracleComparison.deviation(decoder, network, options))
                .isGreaterThan(100 * OracleComparison.FLOAT32_TOLERANCE);
    }

    private static Weights rounded(Weights weights, WeightForm form) {
        return name -> weights.find(name)
                .map(tensor -> name.matches("blk.*(attn|ffn)_[a-z]+\\.weight") && tensor.rows() > 1
                        ? rounded(tensor, form)
                        : tensor);
    }

    private static ModelTensor rounded(ModelTensor tensor, WeightForm form) {
        float[][] whole = dequantised(List.of(tensor), form, ElementType.FLOAT32);
        MemorySegment data = Arena.ofAuto().allocate(tensor.data().byteSize(), Float.BYTES);
        for (int i = 0; i < tensor.elements(); i++) {
            int columns = whole.length;
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, whole[i % columns][i / columns]);
        }
        return new ModelTensor(tensor.name(), TensorType.F32, tensor.shape(), data);
    }

    @Test
    void matricesThatDoNotDivideAreRefused() {
        DecoderShape odd = new DecoderShape(1, 4, 2, 16, 48, 96, 101, 160, 10_000, RopeLayout.HALVES, 1e-5);
        NetworkOptions options =
                NetworkOptions.portable(ElementType.BFLOAT16, 64).withWeights(WeightForm.INT4);
        assertThatThrownBy(() -> RecordedNetwork.record(TinyModels.of(odd, TensorType.F32, TinyModels.SEED), options))
                .isInstanceOf(ModelFileException.class)
                .hasMessage("tensor blk.0.attn_q.weight: 48 inputs (expected: a multiple of 32, for whole numbers of"
                        + " four bits)");
    }

    private interface Row {
        void check(int output, float[] weights);
    }

    private static void eachWeight(Row row) {
        int output = 0;
        for (ModelTensor tensor : STACKED) {
            for (int r = 0; r < tensor.rows(); r++) {
                float[] weights = new float[(int) tensor.columns()];
                tensor.toFloat((long) r * weights.length, weights);
                row.check(output++, weights);
            }
        }
    }

    /** What the network computes of them, {@code [inputs][outputs]}. */
    private static float[][] dequantised(List<ModelTensor> stacked, WeightForm form, ElementType type) {
        RecordedNetwork network = new RecordedNetwork();
        QuantisedWeights weights = new QuantisedWeights(network, Arena.ofAuto(), form, type);
        network.output("whole", weights.of(stacked));
        HostTensor whole = Objects.requireNonNull(
                new NetworkInterpreter(network).run(Map.of()).get("whole"));
        float[][] values = new float[(int) whole.shape()[1]][(int) whole.shape()[2]];
        for (int i = 0; i < values.length * values[0].length; i++) {
            values[i / values[0].length][i % values[0].length] = (float) whole.get(i);
        }
        return values;
    }
}
