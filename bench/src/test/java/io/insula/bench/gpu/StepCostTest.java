package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.graph.tensorrt.WeightForm;
import io.insula.inference.weights.ModelTensor;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StepCostTest {

    /** What Hugging Face tells of the models' files. */
    private static final Map<String, Long> PARAMETERS = Map.of(
            "llama-3.2-1b", 1_235_814_400L,
            "smollm2-1.7b", 1_711_376_384L,
            "qwen2.5-7b", 7_615_616_512L,
            "llama-3.1-8b", 8_030_261_248L);

    private static final BenchModel TINY = BenchModel.shaped("tiny", 2, 4, 2, 8, 24, 40, 96, 128, 10_000, false, true);

    @Test
    void theShapesHaveTheParametersOfTheirModels() {
        for (BenchModel model : BenchModel.known()) {
            assertThat(model.cost(WeightForm.PLAIN).parameters())
                    .as(model.name())
                    .isEqualTo(PARAMETERS.get(model.name()));
        }
    }

    @Test
    void everyTensorOfADecoderIsCounted() {
        try (Noise noise = new Noise(RandomWeights.largest(TINY.shape()), RandomWeights.matrices(TINY.shape()))) {
            RandomWeights weights = new RandomWeights(TINY.shape(), TINY.tied(), TINY.biased(), noise);
            long elements =
                    weights.all().stream().mapToLong(ModelTensor::elements).sum();
            long bytes = weights.all().stream()
                    .mapToLong(tensor -> tensor.data().byteSize())
                    .sum();
            assertThat(TINY.cost(WeightForm.PLAIN).parameters()).isEqualTo(elements);
            assertThat(TINY.cost(WeightForm.PLAIN).weightBytes()).isEqualTo(bytes);
        }
    }

    /** The embedding is not read whole, unless it is the output matrix. */
    @Test
    void aStepReadsTheWeightsOnceAndNoEmbedding() {
        StepCost tied = BenchModel.known().getFirst().cost(WeightForm.PLAIN);
        assertThat(tied.stepWeightBytes()).isEqualTo(tied.weightBytes());
        StepCost untied = BenchModel.known().getLast().cost(WeightForm.PLAIN);
        assertThat(untied.weightBytes() - untied.stepWeightBytes()).isEqualTo(2L * 128_256 * 4096);
        assertThat(untied.decodeBytes(1, 0)).isEqualTo(untied.decodeBytes(64, 0));
    }

    @Test
    void keysAndValuesCountUpToTheLengthOfEachRow() {
        StepCost cost = BenchModel.known().getLast().cost(WeightForm.PLAIN);
        assertThat(cost.tokenBytes()).as("128 KiB a token").isEqualTo(128 << 10);
        assertThat(cost.decodeBytes(8, 2048) - cost.decodeBytes(8, 0)).isEqualTo(8.0 * 2048 * (128 << 10));
    }

    @Test
    void narrowWeightsHaveTheirScales() {
        StepCost plain = TINY.cost(WeightForm.PLAIN);
        StepCost eight = TINY.cost(WeightForm.FLOAT8);
        long outputs = 2L * (32 + 16 + 16 + 24 + 40 + 40 + 24);
        assertThat(plain.stepWeightBytes() - eight.stepWeightBytes()).isEqualTo(plain.blockElements() - 2 * outputs);
        assertThat(BenchModel.known().getLast().cost(WeightForm.INT4).stepWeightBytes())
                .isLessThan(BenchModel.known().getLast().cost(WeightForm.FLOAT8).stepWeightBytes());
    }

    /** A prompt's operations are those of its tokens, one after another, but for the logits of all but the last of each chunk. */
    @Test
    void aChunkComputesWhatItsTokensWouldComputeAlone() {
        StepCost cost = TINY.cost(WeightForm.PLAIN);
        double alone = 0;
        for (int past = 10; past < 17; past++) {
            alone += cost.decodeOperations(1, past + 1);
        }
        double logits = 2.0 * cost.tableElements();
        assertThat(cost.prefillOperations(10, 7)).isCloseTo(alone - 6 * logits, within(1e-6));
    }
}
