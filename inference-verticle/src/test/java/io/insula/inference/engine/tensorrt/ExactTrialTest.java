package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import io.insula.djl.tensorrt.nvinfer.FakePlan;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What an engine says of its bits: nothing where a row's depend on the form of its step. */
class ExactTrialTest {

    private static final DecoderDescription DECODER = TinyModels.of(TinyModels.shape(1), TensorType.F32, 1);
    private static final LoopNetwork NETWORK = new LoopNetwork(DECODER, FakeGpu.CANDIDATES, false);
    private static final TensorRtConfig CONFIG = FakeGpu.config(5, 100);

    private static String fingerprint(FakePlan.Network network, TensorRtConfig config, GpuNumerics numerics) {
        FakeGpu gpu = new FakeGpu();
        FakePlan plan = gpu.plan(DECODER.shape(), network);
        try (TensorRtDecoderEngine engine =
                TensorRtDecoderEngine.open(gpu.cuda, plan, DECODER.shape(), config, numerics)) {
            for (int slot = 0; slot < engine.shape().slots(); slot++) {
                assertThat(engine.length(slot)).isZero();
            }
            return engine.fingerprint();
        }
    }

    private static String fingerprint(FakePlan.Network network) {
        return fingerprint(network, CONFIG, FakeGpu.NUMERICS);
    }

    /** Rounds logits otherwise in steps of some form. */
    private static FakePlan.Network roundingOtherwise(Predicate<FakePlan.Named<Shape>> form) {
        return (memory, shapes) -> {
            NETWORK.run(memory, shapes);
            if (form.test(shapes)) {
                MemorySegment logits = memory.get("logits");
                logits.setAtIndex(ValueLayout.JAVA_FLOAT, 3, Math.nextUp(logits.getAtIndex(ValueLayout.JAVA_FLOAT, 3)));
            }
        };
    }

    @Test
    void enginesOfEqualBitsHaveEqualFingerprints() {
        String one = fingerprint(NETWORK);
        assertThat(one).matches("tensorrt-[0-9a-f]{32}");
        assertThat(fingerprint(NETWORK)).isEqualTo(one);
        assertThat(fingerprint(NETWORK, FakeGpu.config(2, 100), FakeGpu.NUMERICS))
                .as("fewer slots")
                .isEqualTo(one);
    }

    @Test
    void whateverChangesBitsChangesTheFingerprint() {
        String one = fingerprint(NETWORK);
        assertThat(Stream.of(
                                new GpuNumerics("others", "10.6.0", 13_000, "Fake GPU"),
                                new GpuNumerics("weights", "10.7.0", 13_000, "Fake GPU"),
                                new GpuNumerics("weights", "10.6.0", 12_090, "Fake GPU"),
                                new GpuNumerics("weights", "10.6.0", 13_000, "Other GPU"))
                        .map(numerics -> fingerprint(NETWORK, CONFIG, numerics)))
                .doesNotContain(one)
                .doesNotHaveDuplicates();
        assertThat(fingerprint(NETWORK, FakeGpu.config(5, 64), FakeGpu.NUMERICS))
                .isNotEqualTo(one);
    }

    @Test
    void aRowThatRoundsByItsStepMakesNoEngineEqualToAnother() {
        for (Predicate<FakePlan.Named<Shape>> form : List.<Predicate<FakePlan.Named<Shape>>>of(
                shapes -> shapes.get("tokens").get(0) == 4,
                shapes -> shapes.get("tokens").get(0) == 5,
                shapes -> shapes.get("key_0").get(2) == 64,
                shapes -> shapes.get("key_0").get(2) == 100,
                shapes -> shapes.get("tokens").get(1) == 3)) {
            String one = fingerprint(roundingOtherwise(form));
            assertThat(one).contains("-inexact-");
            assertThat(fingerprint(roundingOtherwise(form))).isNotEqualTo(one);
        }
    }

    @Test
    void anEngineThatDidNotTryPromisesNothing() {
        assertThat(fingerprint(NETWORK, CONFIG.withExactTrial(false), FakeGpu.NUMERICS))
                .contains("-inexact-");
    }
}
