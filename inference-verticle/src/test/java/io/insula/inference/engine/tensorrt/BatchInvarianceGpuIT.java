package io.insula.inference.engine.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.djl.tensorrt.gpu.Figures;
import io.insula.djl.tensorrt.network.ElementType;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.TinyModels;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.TensorType;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How far bits depend on rows and chunks on a GPU: measured, and bounded by what rounding explains. */
class BatchInvarianceGpuIT {

    private static final int SLOTS = 8;

    @TempDir
    static Path plans = Path.of("/");

    @BeforeAll
    static void needsAGpu() {
        GpuEngines.required();
    }

    /** The bounds are those of the comparisons with the oracle. */
    @ParameterizedTest
    @CsvSource({"FLOAT32, F32, 0.001", "BFLOAT16, BF16, 0.1"})
    void rowsAndChunksChangeNoMoreThanRounding(ElementType type, TensorType weights, double most) {
        DecoderDescription decoder = TinyModels.of(weights);
        try (DecoderEngine engine = GpuEngines.open(decoder, type, SLOTS, OracleRun.SLOT_TOKENS, plans)) {
            BatchInvariance rows = note(type + ", rows", BatchInvariance.ofRows(decoder, engine));
            BatchInvariance chunks = note(type + ", chunks", BatchInvariance.ofChunks(decoder, engine));
            assertThat(rows.deviation()).isLessThan(most);
            assertThat(chunks.deviation()).isLessThan(most);
        }
    }

    private static BatchInvariance note(String what, BatchInvariance found) {
        Figures.note(what + ": equal bits of " + found.compared() + " logits", found.equal(), "rows");
        Figures.note(what + ": largest deviation of the largest logit", found.deviation(), "");
        return found;
    }
}
