package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.weights.TensorType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryEstimateTest {

    private static final DecoderDescription DECODER = TinyModels.of(TinyModels.shape(2), TensorType.F32, 1);
    private static final DecoderShape SHAPE = DECODER.shape();
    private static final LoopNetwork NETWORK = new LoopNetwork(DECODER, FakeGpu.CANDIDATES, false);
    private static final long TOKEN_BYTES = 2L * 2 * 2 * 16 * Float.BYTES;

    private final FakeGpu gpu = new FakeGpu();
    private final PlanSignature plan = PlanSignature.of(gpu.plan(SHAPE, NETWORK), SHAPE);

    @ParameterizedTest
    @CsvSource({"1, 150, 32", "5, 150, 32", "8, 40, 16", "3, 33, 256", "7, 2, 16"})
    void isWhatIsAllocated(int slots, int slotTokens, int leastBucket) {
        MemoryEstimate estimate = MemoryEstimate.of(SHAPE, plan, slots, slotTokens, leastBucket);
        TensorRtConfig config = FakeGpu.config(slots, slotTokens).withLeastBucket(leastBucket);
        try (TensorRtDecoderEngine engine = gpu.open(DECODER, config)) {
            assertThat(gpu.cuda.usedBytes()).isEqualTo(estimate.deviceBytes());
            assertThat(gpu.cuda.livePinnedBytes()).isEqualTo(estimate.pinnedBytes());
            int[] prompt = new int[slotTokens - 1];
            for (int slot = 0; slot < slots; slot++) {
                engine.prefill(slot, prompt, 0, prompt.length);
            }
            engine.decode(slots, new int[slots]);
            engine.save(0, 0, slotTokens).close();
            assertThat(gpu.cuda.usedBytes()).as("nothing is allocated later").isEqualTo(estimate.deviceBytes());
        }
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
    }

    @Test
    void tellsItInWords() {
        assertThat(new MemoryEstimate(
                        new CacheLayout(32, 16, 8, 256, LengthBuckets.of(256, 4096, 1)),
                        4096,
                        64,
                        512,
                        128_256,
                        64,
                        100L << 20))
                .hasToString("16 slots x 4096 tokens, 8192 MiB; steps 95 MiB, activations 100 MiB;"
                        + " page-locked 16 MiB of the host");
    }

    private MemoryEstimate divide(TensorRtConfig config, long freeBytes) {
        return new DeviceBudget(SHAPE, plan, config, freeBytes).divide();
    }

    @Test
    void theLengthComesFirstAndTheRestBuysSlots() {
        TensorRtConfig config = FakeGpu.config(8, 128);
        MemoryEstimate one = MemoryEstimate.of(SHAPE, plan, 1, 128, 32);
        MemoryEstimate three = MemoryEstimate.of(SHAPE, plan, 3, 128, 32);
        assertThat(divide(config, 1L << 30)).isEqualTo(MemoryEstimate.of(SHAPE, plan, 8, 128, 32));
        assertThat(divide(config, three.deviceBytes())).isEqualTo(three);
        assertThat(divide(config, three.deviceBytes() - 1)).isEqualTo(MemoryEstimate.of(SHAPE, plan, 2, 128, 32));
        assertThat(divide(config.withMemory(0, 1000), three.deviceBytes() + 1000))
                .isEqualTo(three);
        assertThat(divide(config.withMemory(3 * 128 * TOKEN_BYTES, 0), 1L << 30))
                .isEqualTo(three);
        assertThat(divide(config, one.deviceBytes() - 1).slotTokens()).isEqualTo(64);
        assertThat(divide(FakeGpu.config(100, 1000), 1L << 30))
                .as("no more than the plan and the model")
                .isEqualTo(MemoryEstimate.of(SHAPE, plan, 8, 160, 32));
    }

    @Test
    void tooLittleMemoryIsRefusedInWords() {
        MemoryEstimate least = MemoryEstimate.of(SHAPE, plan, 1, 32, 32);
        assertThat(divide(FakeGpu.config(8, 128), least.deviceBytes())).isEqualTo(least);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> divide(FakeGpu.config(8, 128), least.deviceBytes() - 1))
                .withMessage("memory of GPU 0: 0 MiB free, 0 MiB of them to be left (expected: at least 1 MiB more than"
                        + " those, for one slot of 32 tokens)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> divide(FakeGpu.config(8, 128).withMemory(32 * TOKEN_BYTES - 1, 0), 1L << 30))
                .withMessage("kvBudgetBytes: 16383 (expected: at least 16384, one slot of 32 tokens)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gpu.open(DECODER, FakeGpu.config(8, 128).withMemory(1, 0)));
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        TensorRtConfig config = TensorRtConfig.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withSlots(0, 100))
                .withMessage("maxSlots: 0 (expected: 1..1024)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withSlots(1, 1))
                .withMessage("slotTokens: 1 (expected: >= 2)");
        assertThatIllegalArgumentException().isThrownBy(() -> config.withMemory(-1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> config.withMemory(0, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withLeastBucket(15))
                .withMessage("leastBucket: 15 (expected: >= 16)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> config.withGraphs(257))
                .withMessage("graphs: 257 (expected: 0..256)");
    }
}
