package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.insula.djl.tensorrt.cuda.FakeCuda;
import io.insula.djl.tensorrt.nvinfer.TensorType;
import io.insula.djl.tensorrt.plan.InputRange;
import io.insula.djl.tensorrt.plan.NetworkRequest;
import io.insula.inference.engine.EngineException;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.RopeLayout;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a decoder to an open engine: on a fake device, whose builder keeps the networks that are written for it. */
class TensorRtEnginesTest {

    private static final DecoderDescription DECODER = TinyModels.of(io.insula.inference.weights.TensorType.BF16);
    private static final TensorRtConfig CONFIG = FakeGpu.config(OracleRun.SLOTS, OracleRun.SLOT_TOKENS)
            .withLeastBucket(16)
            .withExactTrial(false);

    @TempDir
    Path folder = Path.of("/");

    private final FakeGpu gpu = new FakeGpu(8, 256, 0, TensorType.BFLOAT16);
    private final InterpretedTensorRt builder = new InterpretedTensorRt(gpu.cuda);
    private final TensorRtEngines engines = new TensorRtEngines(gpu.cuda, device -> builder.runtime(), builder);

    private PlanConfig plans() {
        PlanConfig usual = PlanConfig.defaults(folder);
        return new PlanConfig(
                usual.dialect(), usual.weights(), 40, 8, FakeGpu.CANDIDATES, 3, usual.folder(), usual.folderBytes());
    }

    @Test
    void buildsAPlanOnceAndOpensWhatTheOracleComputes() {
        for (int time = 0; time < 2; time++) {
            try (TensorRtDecoderEngine engine = engines.open("tiny", DECODER, CONFIG, plans())) {
                assertThat(OracleRun.deviation(DECODER, engine)).isLessThan(0.1);
                assertThat(engine.scoredTokens()).isEqualTo(8);
            }
        }
        assertThat(builder.requests()).hasSize(1);
        assertThat(builder.requests().getFirst().name()).isEqualTo("tiny");
        assertThat(gpu.cuda.usedBytes()).isZero();
    }

    @Test
    void otherWeightsAndOtherStepsAreOtherPlans() {
        DecoderDescription other =
                TinyModels.of(TinyModels.shape(3), io.insula.inference.weights.TensorType.BF16, TinyModels.SEED + 1);
        String first = fingerprint(DECODER, CONFIG);
        assertThat(fingerprint(DECODER, CONFIG.withGraphs(3))).isNotEmpty();
        assertThat(builder.requests()).hasSize(1);
        assertThat(fingerprint(other, CONFIG)).isNotEqualTo(first);
        assertThat(builder.requests()).hasSize(2);
        fingerprint(DECODER, CONFIG.withSlots(2, OracleRun.SLOT_TOKENS));
        assertThat(builder.requests()).hasSize(3);
    }

    @Test
    void anotherBuildOfTheSamePlanPromisesNoEqualBits() {
        // A prompt of one token, which cannot be cut: the only form of step is one.
        TensorRtConfig exact = CONFIG.withSlots(1, 2).withExactTrial(true);
        String first = fingerprint(DECODER, exact);
        assertThat(first).doesNotContain("inexact");
        assertThat(fingerprint(DECODER, exact)).isEqualTo(first);
        PlanConfig usual = plans();
        PlanConfig elsewhere = new PlanConfig(
                usual.dialect(),
                usual.weights(),
                usual.chunk(),
                usual.scored(),
                usual.candidates(),
                usual.optimizationLevel(),
                folder.resolve("elsewhere"),
                usual.folderBytes());
        try (TensorRtDecoderEngine other = engines.open("tiny", DECODER, exact, elsewhere)) {
            assertThat(builder.requests()).hasSize(2);
            assertThat(other.fingerprint()).doesNotContain("inexact").isNotEqualTo(first);
        }
    }

    @Test
    void slotsThatNoTensorHoldsAreNotBuiltFor() {
        PlanConfig usual = plans();
        PlanConfig longChunks = new PlanConfig(
                usual.dialect(), usual.weights(), 8192, 8, FakeGpu.CANDIDATES, 3, usual.folder(), usual.folderBytes());
        DecoderDescription far = TinyModels.of(
                new DecoderShape(1, 4, 2, 16, 64, 96, 101, 1 << 17, 10_000, RopeLayout.INTERLEAVED, 1e-5),
                io.insula.inference.weights.TensorType.BF16,
                TinyModels.SEED);
        engines.build("far", far, CONFIG.withSlots(1024, 1 << 17), longChunks, null);
        NetworkRequest request = builder.requests().getFirst();
        for (Map<String, InputRange> profile : request.options().profiles()) {
            profile.forEach(
                    (input, range) -> assertThat(range.max().size()).as(input).isLessThan(1L << 31));
        }
        InputRange chunk =
                Objects.requireNonNull(request.options().profiles().get(1).get("tokens"));
        assertThat((chunk.max().size() * far.shape().heads()) << 17).isBetween(1L << 30, (1L << 31) - 1);
    }

    /** TensorRT refuses an update that may be longer than its cache. */
    @Test
    void aRunOfAPromptIsNoLongerThanASlot() {
        engines.build("short", DECODER, CONFIG.withSlots(2, 24), plans(), null);
        Map<String, InputRange> prefill =
                builder.requests().getFirst().options().profiles().get(1);
        InputRange tokens = Objects.requireNonNull(prefill.get("tokens"));
        InputRange keys = Objects.requireNonNull(prefill.get("key_0"));
        assertThat(tokens.max().get(1)).isEqualTo(24).isEqualTo(keys.max().get(2));
        assertThat(Objects.requireNonNull(prefill.get("wanted")).max().get(0)).isEqualTo(8);
    }

    @Test
    void weightsMayBeKeptInFewerBits() {
        PlanConfig plain = plans();
        for (WeightForm form : List.of(WeightForm.FLOAT8, WeightForm.INT4)) {
            PlanConfig quantised = new PlanConfig(
                    plain.dialect(), form, 40, 8, FakeGpu.CANDIDATES, 3, plain.folder(), plain.folderBytes());
            try (TensorRtDecoderEngine engine = engines.open("tiny", DECODER, CONFIG, quantised);
                    TensorRtDecoderEngine other = engines.open("tiny", DECODER, CONFIG, plain)) {
                assertThat(engine.fingerprint()).isNotEqualTo(other.fingerprint());
                assertThat(OracleRun.deviation(DECODER, engine))
                        .as("%s loses something, and not all", form)
                        .isBetween(OracleRun.deviation(DECODER, other), 1.0);
            }
        }
        assertThat(builder.requests()).hasSize(3);
    }

    private String fingerprint(DecoderDescription decoder, TensorRtConfig config) {
        try (TensorRtDecoderEngine engine = engines.open("tiny", decoder, config, plans())) {
            return engine.fingerprint();
        }
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsBuilt() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engines.open("tiny", DECODER, CONFIG.withMemory(0, 1L << 30), plans()))
                .withMessage("memory of GPU 0: 1024 MiB free, 1024 MiB of them to be left (expected: more than the"
                        + " tiny's weights of 0 MiB)");
        TensorRtConfig second = new TensorRtConfig(1, 0, 0, 64, 1, 16, 0, false);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engines.open("tiny", DECODER, second, plans()))
                .withMessage("device: 1 (expected: 0..0)");
        PlanConfig layers = new PlanConfig(Dialect.LAYERS, WeightForm.PLAIN, 40, 8, 7, 3, folder, 1L << 30);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engines.open("tiny", DECODER, CONFIG, layers))
                .withMessage("dialect: LAYERS with TensorRT 10.6.0 (expected: PORTABLE before TensorRT 10.15)");
        assertThat(builder.requests()).isEmpty();
    }

    @Test
    void aPlanThatTheDiskDoesNotHoldIsNotBuilt() {
        AtomicLong free = new AtomicLong(1000);
        TensorRtEngines small = new TensorRtEngines(
                gpu.cuda, device -> builder.runtime(), new DecoderPlans(builder, path -> free.get()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> small.open("tiny", DECODER, CONFIG, plans()))
                .withMessage("disk of " + folder
                        + ": 0 MiB free (expected: more than the plan of tiny, which has at least 1 MiB)");
        assertThat(folder.resolve("plans")).isEmptyDirectory();
        free.set(1 << 20);
        small.open("tiny", DECODER, CONFIG, plans()).close();
        free.set(0);
        small.open("tiny", DECODER, CONFIG, plans()).close();
        assertThat(gpu.cuda.usedBytes()).isZero();
    }

    @Test
    void aPlanIsBuiltAheadOfItsEngineAndTellsItsProgress() {
        List<String> told = new ArrayList<>();
        Path plan = engines.build("tiny", DECODER, CONFIG, plans(), new RecordedProgress(told));
        assertThat(plan).startsWith(folder.resolve("plans")).isRegularFile();
        assertThat(told).containsExactly("start tiny", "end tiny");
        assertThat(engines.build("tiny", DECODER, CONFIG, plans(), new RecordedProgress(told)))
                .isEqualTo(plan);
        engines.open("tiny", DECODER, CONFIG, plans()).close();
        assertThat(builder.requests()).hasSize(1);
        assertThat(told).hasSize(2);
    }

    @Test
    void whatAModelNeedsIsKnownBeforeAnythingIsBuilt() {
        DeviceNeed need = engines.need(DECODER, CONFIG, WeightForm.PLAIN);
        assertThat(need.type()).isEqualTo(io.insula.djl.tensorrt.network.ElementType.BFLOAT16);
        assertThat(need.device().name()).isEqualTo("Fake GPU");
        assertThat(need.weightBytes())
                .isEqualTo(2 * new DecoderWeights(DECODER).elements())
                .isEqualTo(4 * engines.need(DECODER, CONFIG, WeightForm.INT4).weightBytes());
        // Keys and values of 3 layers with 2 heads of 16 in bfloat16; 150 tokens, rounded up so that addresses are
        // aligned.
        assertThat(need.cacheBytes()).isEqualTo(OracleRun.SLOTS * 152 * 2L * 3 * 2 * 16 * 2);
        assertThat(engines.need(DECODER, CONFIG.withMemory(1000, 0), WeightForm.PLAIN)
                        .cacheBytes())
                .isEqualTo(1000);
        assertThat(need.freeBytes()).isEqualTo(1L << 30).isEqualTo(engines.freeBytes(0));
        assertThat(need.bytes()).isEqualTo(need.weightBytes() + need.cacheBytes());
        assertThat(gpu.cuda.allocations()).isZero();
    }

    @Test
    void aDeviceThatIsLostSaysSo() {
        assertThat(engines.devices()).extracting(device -> device.name()).containsExactly("Fake GPU");
        assertThat(engines.fault(0)).isEmpty();
        gpu.cuda.breakDown(true);
        assertThat(engines.fault(0)).hasValueSatisfying(said -> assertThat(said).isNotBlank());
        gpu.cuda.breakDown(false);
        assertThat(engines.fault(0)).isEmpty();
        assertThat(gpu.left()).isEqualTo(FakeGpu.NOTHING);
    }

    @Test
    void whatFailsIsSaidInWordsAndLeavesNothing() {
        builder.refuse("Error Code 10: no kernels");
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> engines.open("tiny", DECODER, CONFIG, plans()))
                .withMessage("the model tiny cannot be prepared for the GPU: Error Code 10: no kernels");
        TensorRtEngines without = new TensorRtEngines(new FakeCuda(0, 1), device -> builder.runtime(), builder);
        assertThatExceptionOfType(EngineException.class)
                .isThrownBy(() -> without.open("tiny", DECODER, CONFIG, plans()))
                .withMessage("the driver shows no NVIDIA GPU to this process");
        assertThat(gpu.cuda.usedBytes()).isZero();
    }

    /** Of this machine, which has no GPU where the build runs: then the sentence says what is missing. */
    @Test
    void aMachineWithoutAGpuIsToldSo() {
        TensorRtEngines.missing().ifPresent(sentence -> {
            assertThat(sentence).isNotBlank();
            assertThatExceptionOfType(EngineException.class)
                    .isThrownBy(TensorRtEngines::start)
                    .withMessage(sentence);
        });
    }

    @Test
    void settingsOutOfRangeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlanConfig(Dialect.PORTABLE, WeightForm.PLAIN, 3, 4, 64, 3, folder, 1L << 30))
                .withMessage("chunk: 3 (expected: 4..8192)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlanConfig(Dialect.PORTABLE, WeightForm.PLAIN, 16, 17, 64, 3, folder, 1L << 30))
                .withMessage("scored: 17 (expected: 4..16)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlanConfig(Dialect.PORTABLE, WeightForm.PLAIN, 16, 4, 0, 3, folder, 1L << 30))
                .withMessage("candidates: 0 (expected: 1..1024)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlanConfig(Dialect.PORTABLE, WeightForm.PLAIN, 16, 4, 64, 6, folder, 1L << 30))
                .withMessage("optimizationLevel: 6 (expected: 0..5)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlanConfig(Dialect.PORTABLE, WeightForm.PLAIN, 16, 4, 64, 3, folder, 0))
                .withMessage("folderBytes: 0 (expected: >= 1048576)");
    }

    private record RecordedProgress(List<String> told) implements ai.djl.util.Progress {

        @Override
        public void reset(String message, long max, String trailingMessage) {
            told.add("start " + message);
        }

        @Override
        public void start(long initialProgress) {
            assertThat(initialProgress).isZero();
        }

        @Override
        public void end() {
            told.add("end " + told.getFirst().substring("start ".length()));
        }

        @Override
        public void increment(long increment) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void update(long progress, String message) {
            told.add(message);
        }
    }
}
