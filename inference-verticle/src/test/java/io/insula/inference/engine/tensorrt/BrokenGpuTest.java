package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.KvBlock;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.weights.TensorType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whatever fails, at whichever call: nothing is left, and the engine says so from then on. */
class BrokenGpuTest {

    private static final DecoderDescription DECODER = TinyModels.of(TinyModels.shape(1), TensorType.F32, 1);
    private static final LoopNetwork NETWORK = new LoopNetwork(DECODER, FakeGpu.CANDIDATES, false);
    private static final TensorRtConfig CONFIG = FakeGpu.config(3, 100);

    /** What is planted before an engine is opened. */
    private interface Plant {
        void on(FakeGpu gpu, FakePlan plan);
    }

    private static boolean opens(Plant plant) {
        FakeGpu gpu = new FakeGpu();
        FakePlan plan = gpu.plan(DECODER.shape(), NETWORK);
        gpu.plan = plan;
        plant.on(gpu, plan);
        try {
            TensorRtDecoderEngine.open(gpu.cuda, plan, DECODER.shape(), CONFIG, FakeGpu.NUMERICS)
                    .close();
            return true;
        } catch (EngineException failure) {
            assertThat(failure).hasMessageStartingWith("the GPU ");
            return false;
        } finally {
            assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
        }
    }

    @Test
    void memoryThatIsMissingAtAnyAllocationLeavesNothing() {
        int failed = 0;
        while (!opens(allocation(failed + 1))) {
            failed++;
        }
        assertThat(failed).as("6 of the device, 5 of the host").isEqualTo(11);
    }

    private static Plant allocation(int number) {
        return (gpu, plan) -> gpu.cuda.failAllocation(number);
    }

    @Test
    void anyRunThatFailsWhileLoadingLeavesNothing() {
        int failed = 0;
        for (int number = 1; number < 100; number++) {
            int run = number;
            failed += opens((gpu, plan) -> plan.failRun(run)) ? 0 : 1;
            opens((gpu, plan) -> plan.failEnqueue(run));
            opens((gpu, plan) -> plan.failContext(run));
        }
        assertThat(failed).isGreaterThan(10);
        assertThat(opens((gpu, plan) -> plan.failEnqueue(1))).as("a prefill").isFalse();
        assertThat(opens((gpu, plan) -> plan.failContext(1))).as("of prefill").isFalse();
        assertThat(opens((gpu, plan) -> plan.failContext(2))).as("of a graph").isTrue();
        assertThat(opens((gpu, plan) -> gpu.cuda.withoutEvents(true))).isFalse();
        assertThat(opens((gpu, plan) -> gpu.cuda.breakDown(true))).isFalse();
    }

    /** Else it would be told to be ready, and streams would come only to be lost. */
    @Test
    void aDeviceThatDoesNothingOpensNoEngineWithoutTrialsEither() {
        FakeGpu gpu = new FakeGpu();
        gpu.cuda.breakDown(true);
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> gpu.open(DECODER, CONFIG.withExactTrial(false), NETWORK))
                .withMessageStartingWith("the GPU ");
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
    }

    @Test
    void afterAFailureItCanOnlyBeClosed() {
        FakeGpu gpu = new FakeGpu();
        TensorRtDecoderEngine engine = gpu.open(DECODER, CONFIG, NETWORK);
        engine.prefill(0, new int[] {1, 2, 3}, 0, 3);
        KvBlock block = engine.save(0, 0, 3);
        gpu.plan().failRun(1);
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> engine.prefill(1, new int[] {1}, 0, 1))
                .withMessageStartingWith("the GPU failed: ");
        List<Runnable> calls = List.of(
                () -> engine.prefill(1, new int[] {1}, 0, 1),
                () -> engine.prefillPart(1, new int[] {1}, 0, 1),
                () -> engine.prefillScored(1, new int[] {1}, 0, 1),
                () -> engine.decode(1, new int[] {1}),
                () -> engine.clear(0),
                () -> engine.copy(0, 1),
                () -> engine.move(0, 1),
                () -> engine.save(0, 0, 1),
                () -> engine.load(block, 2));
        for (Runnable call : calls) {
            assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(call::run)
                    .withMessageContaining("failed before: running: cudaErrorIllegalAddress");
        }
        block.close();
        engine.close();
        engine.close();
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
        assertThatIllegalStateException().isThrownBy(() -> engine.clear(0)).withMessage("The engine is closed.");
    }

    @Test
    void everyKindOfStepCanFail() {
        for (int kind = 0; kind < 6; kind++) {
            FakeGpu gpu = new FakeGpu();
            TensorRtDecoderEngine engine = gpu.open(DECODER, CONFIG, NETWORK);
            engine.prefill(0, new int[] {1, 2, 3}, 0, 3);
            engine.decode(1, new int[] {1});
            KvBlock block = engine.save(0, 0, 3);
            Runnable call = switch (kind) {
                case 0 -> () -> engine.prefillScored(1, new int[] {1, 2}, 0, 2);
                case 1 -> () -> engine.prefillPart(1, new int[60], 0, 60);
                case 2 -> () -> engine.decode(1, new int[] {1});
                case 3 -> () -> engine.save(0, 0, 3);
                case 4 -> () -> engine.load(block, 2);
                default -> () -> engine.prefill(0, new int[1], 0, 1);
            };
            gpu.cuda.breakDown(true);
            assertThatExceptionOfType(EngineException.class).isThrownBy(call::run);
            block.close();
            engine.close();
            assertThat(gpu.left()).as("kind %s", kind).isEqualTo(FakeGpu.NOTHING);
        }
    }

    @Test
    void aPlanOfAnotherNetworkIsRefusedInWords() {
        DecoderShape other = TinyModels.shape(2);
        FakeGpu gpu = new FakeGpu();
        FakePlan plan = gpu.plan(DECODER.shape(), NETWORK);
        gpu.plan = plan;
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TensorRtDecoderEngine.open(gpu.cuda, plan, other, CONFIG, FakeGpu.NUMERICS))
                .withMessageStartingWith("tensor: key_1 (expected one of: ");
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
        DecoderShape wider = new DecoderShape(1, 4, 2, 32, 64, 96, 101, 160, other.rope(), other.pattern(), 1e-5);
        FakeGpu second = new FakeGpu();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TensorRtDecoderEngine.open(
                        second.cuda, second.plan(DECODER.shape(), NETWORK), wider, CONFIG, FakeGpu.NUMERICS))
                .withMessageStartingWith("tensor key_0: FLOAT32 (-1, 2, -1, 16) (expected: FLOAT32 (-1, 2, -1, 32)");
    }

    @Test
    void aBlockOfAnotherEngineIsRefused() {
        FakeGpu gpu = new FakeGpu();
        DecoderDescription deeper = TinyModels.of(TinyModels.shape(2), TensorType.F32, 1);
        try (TensorRtDecoderEngine engine = gpu.open(DECODER, CONFIG, NETWORK);
                TensorRtDecoderEngine other = new FakeGpu().open(deeper, CONFIG)) {
            other.prefill(0, new int[] {1, 2, 3}, 0, 3);
            try (KvBlock block = other.save(0, 0, 3)) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> engine.load(block, 0))
                        .withMessage("block of 1536 bytes (expected: 768, as this model's)");
            }
        }
    }
}
