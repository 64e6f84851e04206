package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.insula.inference.graph.tensorrt.WeightForm;
import org.junit.jupiter.api.Test;

class PredictionTest {

    private static final StepCost COST = BenchModel.known().getFirst().cost(WeightForm.PLAIN);
    private static final DeviceFigures DEVICE = new DeviceFigures(4e12, 6e14, 5e10, 10e-6, 1e-6);

    @Test
    void aLoneRowWaitsForTheWeights() {
        Prediction prediction = Prediction.decode(DEVICE, COST, 1, 2048);
        double bytes = COST.stepWeightBytes() + 2048.0 * 32 * 1024;
        assertThat(prediction.bytes()).isEqualTo(bytes);
        assertThat(prediction.work()).isCloseTo(bytes / 4e12, within(1e-12));
        assertThat(prediction.beside()).isCloseTo(11e-6 + 520 / 5e10, within(1e-12));
        assertThat(prediction.seconds()).isEqualTo(prediction.work() + prediction.beside());
    }

    @Test
    void manyRowsWaitForTheirProducts() {
        DeviceFigures slow = new DeviceFigures(4e12, 1e12, 5e10, 0, 0);
        Prediction prediction = Prediction.decode(slow, COST, 64, 16);
        assertThat(prediction.work()).isCloseTo(COST.decodeOperations(64, 16) / 1e12, within(1e-9));
        assertThat(Prediction.decode(slow, COST, 64, 16).beside()).isCloseTo(64 * 520 / 5e10, within(1e-9));
    }

    @Test
    void aPromptPaysForEachOfItsChunks() {
        Prediction whole = Prediction.prefill(DEVICE, COST, 1000, 1000);
        Prediction cut = Prediction.prefill(DEVICE, COST, 1000, 400);
        assertThat(cut.bytes() - whole.bytes())
                .as("the weights twice more, and what the first chunks see again")
                .isEqualTo(2.0 * COST.stepWeightBytes() + (400 + 800) * COST.tokenBytes());
        assertThat(cut.beside() - whole.beside()).isCloseTo(2 * (11e-6 + 520 / 5e10), within(1e-12));
        double logits = 2.0 * COST.tableElements();
        assertThat(cut.operations()).isCloseTo(whole.operations() + 2 * logits, within(1e3));
    }

    @Test
    void figuresThatWereNotMeasuredAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new DeviceFigures(0, 1, 1, 0, 0))
                .withMessage("copyBytesPerSecond: 0.0 (expected: a positive number)");
        assertThatIllegalArgumentException().isThrownBy(() -> new DeviceFigures(1, Double.NaN, 1, 0, 0));
    }
}
