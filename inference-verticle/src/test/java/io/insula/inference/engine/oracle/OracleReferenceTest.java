package io.insula.inference.engine.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.graph.DecoderDescription;
import io.insula.inference.weights.GgufFile;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Pins the oracle to Hugging Face transformers: {@code llama_fixture.py} beside the fixture made it. */
class OracleReferenceTest {

    private static final int[] TOKENS = {3, 17, 42, 5, 63, 0, 17, 9, 30, 58, 1, 12};
    /** The foreign implementation takes its rotary angles in float32. */
    private static final double TOLERANCE = 1e-5;

    @Test
    void computesWhatTransformersComputes() throws Exception {
        assertThat(largestDeviation(CausalMask.PAST_AND_SELF)).isLessThan(TOLERANCE);
    }

    @Test
    void aWrongMaskIsNoticed() throws Exception {
        assertThat(largestDeviation((query, key) -> key <= query && key != query - 1))
                .isGreaterThan(1000 * TOLERANCE);
    }

    private static double largestDeviation(CausalMask mask) throws IOException, URISyntaxException {
        DoubleBuffer expected = ByteBuffer.wrap(Files.readAllBytes(resource("llama-tiny.logits")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asDoubleBuffer();
        double largest = 0;
        double deviation = 0;
        try (GgufFile file = GgufFile.open(resource("llama-tiny.gguf"));
                OracleEngine oracle = new OracleEngine(DecoderDescription.of(file), 1, 128, mask)) {
            for (int i = 0; i < TOKENS.length; i++) {
                oracle.prefill(0, TOKENS, i, 1);
                float[] logits = oracle.prefillLogits().row(0);
                for (int token = 0; token < oracle.shape().vocabulary(); token++) {
                    double wanted = expected.get(i * oracle.shape().vocabulary() + token);
                    largest = Math.max(largest, Math.abs(wanted));
                    deviation = Math.max(deviation, Math.abs(wanted - logits[token]));
                }
            }
        }
        return deviation / largest;
    }

    private static Path resource(String name) throws URISyntaxException {
        return Path.of(Objects.requireNonNull(OracleReferenceTest.class.getResource(name), name)
                .toURI());
    }
}
