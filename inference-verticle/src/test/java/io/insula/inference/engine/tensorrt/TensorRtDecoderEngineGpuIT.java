package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine on a GPU: small models against the oracle, with and without graphs, and what is given back. */
class TensorRtDecoderEngineGpuIT {

    private static final TensorRtConfig CONFIG =
            FakeGpu.config(OracleRun.SLOTS, OracleRun.SLOT_TOKENS).withLeastBucket(32);

    /** Eight bits of mantissa, as on the fake device. */
    private static final double TOLERANCE = 0.1;

    @TempDir
    Path folder = Path.of("/");

    @BeforeEach
    void needsAGpu() {
        Optional<String> missing = TensorRtEngines.missing();
        assumeTrue(missing.isEmpty(), () -> "Not run on a GPU: " + missing.orElse(""));
    }

    @Test
    void everyArchitectureGivesNearlyTheOraclesLogits() {
        TensorRtEngines engines = TensorRtEngines.start();
        List<DecoderDescription> decoders = TinyModels.architectures(TensorType.BF16)
                .map(model -> model.getPayload())
                .toList();
        for (DecoderDescription decoder : decoders) {
            for (int graphs : new int[] {0, 16}) {
                try (TensorRtDecoderEngine engine =
                        engines.open("tiny", decoder, CONFIG.withGraphs(graphs), PlanConfig.defaults(folder))) {
                    assertThat(OracleRun.deviation(decoder, engine))
                            .as("%s, %s graphs", decoder, graphs)
                            .isLessThan(TOLERANCE);
                    engine.prefill(0, new int[] {1, 2, 3}, 0, 3);
                    assertThat(engine.prefillLogits().top())
                            .as("the largest logits were told as they are when it was opened")
                            .isNotNull();
                }
            }
        }
    }
}
