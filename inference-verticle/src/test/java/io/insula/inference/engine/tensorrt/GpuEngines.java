package io.insula.inference.engine.tensorrt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.graph.tensorrt.Dialect;
import io.insula.inference.graph.tensorrt.WeightForm;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Engines on the first GPU for tests: small models, plans that are built quickly. */
final class GpuEngines {

    private static final int CHUNK = 48;
    private static final int SCORED = 16;
    private static @Nullable TensorRtEngines engines;

    private GpuEngines() {}

    /** Skips the tests with the sentence that says what is missing. */
    static void required() {
        Optional<String> missing = TensorRtEngines.missing();
        assumeTrue(missing.isEmpty(), () -> "Not run on a GPU: " + missing.orElse(""));
    }

    private static synchronized TensorRtEngines engines() {
        TensorRtEngines known = engines;
        if (known == null) {
            known = TensorRtEngines.start();
            engines = known;
        }
        return known;
    }

    /**
     * Opens one.
     *
     * @param plans a folder, in which a plan that was built before is found again
     */
    static TensorRtDecoderEngine open(
            DecoderDescription decoder, ElementType type, int slots, int slotTokens, Path plans) {
        return open(decoder, type, FakeGpu.config(slots, slotTokens).withExactTrial(false), plans);
    }

    static TensorRtDecoderEngine open(DecoderDescription decoder, ElementType type, TensorRtConfig config, Path plans) {
        PlanConfig building = new PlanConfig(
                Dialect.PORTABLE, WeightForm.PLAIN, CHUNK, SCORED, FakeGpu.CANDIDATES, 0, plans, 1L << 34);
        return engines().open("tiny", decoder, config, building, type);
    }
}
