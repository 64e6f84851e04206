package io.insula.bench.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.insula.bench.BenchmarkException;
import io.insula.inference.engine.oracle.OracleEngine;
import io.insula.inference.graph.DecoderShape;
import io.insula.inference.graph.LlamaDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of a small random model on the oracle, and of one that is a little different. */
class AgreementTest {

    private static final BenchModel MODEL = BenchModel.shaped("tiny", 1, 2, 1, 4, 8, 12, 80, 64, 10_000, true, false);
    private static final int WINDOWS = 3;
    private static final int POSITIONS = 20;

    @TempDir
    Path folder = Path.of("/");

    private static int[] text() {
        return new SplittableRandom(3).ints(40, 0, 80).toArray();
    }

    private static OracleEngine engine(Noise noise, double epsilon) {
        DecoderShape shape = MODEL.shape();
        DecoderShape other = new DecoderShape(
                shape.layers(),
                shape.heads(),
                shape.kvHeads(),
                shape.headSize(),
                shape.hidden(),
                shape.feedForward(),
                shape.vocabulary(),
                shape.contextTokens(),
                shape.rope(),
                shape.pattern(),
                epsilon);
        return new OracleEngine(new LlamaDecoder(other, MODEL.random(noise).weights()), 2, POSITIONS + 1);
    }

    private static Noise noise() {
        return new Noise(RandomWeights.largest(MODEL.shape()), RandomWeights.matrices(MODEL.shape()));
    }

    @Test
    void theSameEngineAgreesAndAnotherDoesNot() throws IOException {
        try (Noise noise = noise();
                OracleEngine engine = engine(noise, 1e-5);
                OracleEngine other = engine(noise, 1e-3)) {
            Path file = folder.resolve("reference");
            Reference.of(engine, text(), WINDOWS, POSITIONS).write(file);
            Reference reference = Reference.read(file);
            assertThat(reference.windows()).isEqualTo(WINDOWS);
            assertThat(reference.tokens(2)).endsWith(text()[39]);
            for (Agreement same :
                    new Agreement[] {Agreement.ofDecode(engine, reference), Agreement.ofPrefill(engine, reference, 9)
                    }) {
                assertThat(same.positions()).isEqualTo(WINDOWS * POSITIONS);
                assertThat(same.worstDivergence()).isCloseTo(0, within(1e-9));
                assertThat(same.otherTokens()).isZero();
            }
            Agreement changed = Agreement.ofDecode(other, reference);
            assertThat(changed.meanDivergence()).isGreaterThan(1e-6);
            assertThat(changed.worstDivergence()).isGreaterThan(changed.meanDivergence());
        }
    }

    /** The divergence over kept tokens and the rest, computed anew and in another order. */
    @Test
    void theDivergenceIsThatOfTheKeptTokensAndTheRest() {
        try (Noise noise = noise();
                OracleEngine engine = engine(noise, 1e-5);
                OracleEngine other = engine(noise, 1e-3)) {
            Reference reference = Reference.of(engine, text(), 1, 2);
            other.clear(0);
            other.prefill(0, text(), 0, 1);
            float[] actual = other.prefillLogits().row(0);
            other.decode(1, new int[] {text()[1]});
            double sum = 0;
            for (float logit : actual) {
                sum += Math.exp(logit);
            }
            double divergence = 0;
            double kept = 0;
            double keptActual = 0;
            for (int place = 0; place < Reference.KEPT; place++) {
                double p = Math.exp(reference.logit(0, 0, place) - reference.logSum(0, 0));
                double q = Math.exp(actual[reference.id(0, 0, place)]) / sum;
                divergence += p * Math.log(p / q);
                kept += p;
                keptActual += q;
            }
            divergence += (1 - kept) * Math.log((1 - kept) / (1 - keptActual));
            Reference first = Reference.of(engine, text(), 1, 1);
            assertThat(Agreement.ofDecode(other, first).meanDivergence()).isCloseTo(divergence, within(1e-7));
        }
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        Path file = Files.writeString(folder.resolve("text"), "This is not a reference, but it is long enough.");
        assertThatThrownBy(() -> Reference.read(file))
                .isInstanceOf(BenchmarkException.class)
                .hasMessageContaining("not a reference");
        Path cut = Files.write(folder.resolve("cut"), new byte[] {0x49, 0x4e});
        assertThatThrownBy(() -> Reference.read(cut)).isInstanceOf(BenchmarkException.class);
    }
}
