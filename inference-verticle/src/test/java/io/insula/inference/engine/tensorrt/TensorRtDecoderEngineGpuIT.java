package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.djl.tensorrt.gpu.Figures;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
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

    @Test
    void layersTellHowLongTheyTookInOneStepAndNoOther() {
        DecoderDescription decoder = TinyModels.of(TensorType.BF16);
        Map<String, Float> told = new LinkedHashMap<>();
        try (TensorRtDecoderEngine engine =
                TensorRtEngines.start().open("tiny", decoder, CONFIG, PlanConfig.defaults(folder))) {
            float[] timed = step(engine, told);
            assertThat(told.values()).isNotEmpty().allMatch(millis -> millis >= 0);
            assertThat(told.values().stream().mapToDouble(Float::doubleValue).sum())
                    .isPositive();
            Figures.note("layers of a tiny decoder's step", told.size(), "layers");
            Map<String, Float> first = Map.copyOf(told);
            assertThat(step(engine, null)).isEqualTo(timed);
            assertThat(told).isEqualTo(first);
        }
    }

    private static float[] step(TensorRtDecoderEngine engine, @Nullable Map<String, Float> told) {
        engine.clear(0);
        engine.prefill(0, new int[] {1, 2, 3}, 0, 3);
        int[] token = {4};
        return (told == null ? engine.decode(1, token) : engine.decode(1, token, told::put)).row(0);
    }
}
