package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.insula.djl.tensorrt.gpu.Figures;
import io.insula.inference.engine.DecoderEngine;
import io.insula.inference.engine.tensorrt.PlanConfig;
import io.insula.inference.engine.tensorrt.TensorRtConfig;
import io.insula.inference.engine.tensorrt.TensorRtEngines;
import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.Checkpoint;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real model on a GPU in bfloat16 beside what the CPU predicts in float32, over 10,000 tokens of a text.
 *
 * <p>The properties {@code insula.gpu.model} and {@code insula.gpu.reference} name the model's file and what {@code bench
 * reference} made of it.
 */
class RealModelGpuIT {

    @TempDir
    Path plans = Path.of("/");

    @BeforeEach
    void needsAGpuAndTheModel() {
        Optional<String> missing = TensorRtEngines.missing();
        assumeTrue(missing.isEmpty(), () -> "Not run on a GPU: " + missing.orElse(""));
        for (String name : new String[] {"insula.gpu.model", "insula.gpu.reference"}) {
            assumeTrue(System.getProperty(name) != null, "The property " + name + " names no file.");
        }
    }

    @Test
    void tenThousandPredictionsAreNearlyThoseOfFloat32() {
        Reference reference = Reference.read(Path.of(System.getProperty("insula.gpu.reference", "")));
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(System.getProperty("insula.gpu.model", "")))) {
            TensorRtConfig config = TensorRtConfig.defaults()
                    .withSlots(reference.windows(), reference.positions() + 1)
                    .withExactTrial(false);
            try (DecoderEngine engine = TensorRtEngines.start()
                    .open("real", DecoderDescription.of(checkpoint), config, PlanConfig.defaults(plans))) {
                note("decode", Agreement.ofDecode(engine, reference)).check();
                note("prefill", Agreement.ofPrefill(engine, reference, 2)).check();
            }
        }
    }

    private record Bounded(String what, Agreement found) {
        void check() {
            assertThat(found.meanDivergence()).as(what).isLessThan(Agreement.MOST_DIVERGENCE);
            assertThat(found.widestGap()).as(what).isLessThan(Agreement.MOST_GAP);
        }
    }

    private static Bounded note(String what, Agreement found) {
        Figures.note(
                what + ": mean divergence of " + found.positions() + " predictions", found.meanDivergence(), "nats");
        Figures.note(what + ": worst divergence", found.worstDivergence(), "nats");
        Figures.note(what + ": another token is the likeliest", found.otherTokens(), "times");
        Figures.note(what + ": widest gap of the two likeliest there", found.widestGap(), "logits");
        return new Bounded(what, found);
    }
}
