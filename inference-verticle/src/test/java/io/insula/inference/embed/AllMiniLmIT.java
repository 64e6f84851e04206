package io.insula.inference.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.insula.protocol.EmbeddingVector;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The model that comes with the program beside the same model run by others: {@code reference-vectors.py} made the vectors
 * of {@code reference-vectors.json} with PyTorch from the makers' float32 weights.
 */
class AllMiniLmIT {

    /**
     * What eight-bit weights cost, measured: 0.994 for the two-letter text, 0.996 and more for sentences. With dynamically
     * quantised activations, as the file is shipped, it would be 0.974, and 0.964 in a batch.
     */
    private static final double LEAST_COSINE = 0.993;

    private static final List<Reference> REFERENCES = references();

    private static TextEncoder encoder;
    private static EmbeddingEngine engine;

    private record Reference(String text, int tokens, List<Double> vector) {}

    @BeforeAll
    static void load() {
        encoder = AllMiniLm.encoder();
        engine = OnnxEmbeddingEngine.load(FloatWeights.of(AllMiniLm.weights()), 2, false);
    }

    @AfterAll
    static void close() {
        engine.close();
        encoder.close();
    }

    @Test
    void agreesWithAnotherImplementationOfTheOriginalWeights() {
        List<EmbeddingVector> vectors =
                engine.embed(REFERENCES.stream().map(AllMiniLmIT::tokens).toList());
        for (int i = 0; i < REFERENCES.size(); i++) {
            Reference reference = REFERENCES.get(i);
            assertThat(cosine(vectors.get(i), reference.vector()))
                    .as(reference.text())
                    .isGreaterThan(LEAST_COSINE);
            int other = (i + 1) % REFERENCES.size();
            assertThat(cosine(vectors.get(i), REFERENCES.get(other).vector()))
                    .as("another text's vector is another")
                    .isLessThan(0.9);
        }
    }

    @Test
    void countsTokensAsTheOtherImplementationDoesAndCutsNothingOff() {
        for (Reference reference : REFERENCES) {
            assertThat(tokens(reference)).as(reference.text()).hasSize(reference.tokens());
        }
        assertThat(encoder.encode("word ".repeat(3000))).hasSize(3002);
    }

    @Test
    void aTextsVectorDoesNotDependOnItsNeighbours() {
        List<EmbeddingVector> together =
                engine.embed(REFERENCES.stream().map(AllMiniLmIT::tokens).toList());
        for (int i = 0; i < REFERENCES.size(); i++) {
            assertThat(engine.embed(List.of(tokens(REFERENCES.get(i)))))
                    .as(REFERENCES.get(i).text())
                    .containsExactly(together.get(i));
        }
    }

    @Test
    void asShippedTheModelsVectorsWouldDependOnTheirNeighbours() {
        try (OnnxEmbeddingEngine shipped = OnnxEmbeddingEngine.load(AllMiniLm.weights(), 2, false)) {
            int[] text = tokens(REFERENCES.getFirst());

            EmbeddingVector alone = shipped.embed(List.of(text)).getFirst();
            EmbeddingVector beside =
                    shipped.embed(List.of(text, tokens(REFERENCES.get(3)))).getFirst();

            assertThat(beside).isNotEqualTo(alone);
        }
    }

    @Test
    void vectorsHaveUnitLengthAndTheModelsDimensions() {
        for (EmbeddingVector vector : engine.embed(List.of(tokens(REFERENCES.get(1)), tokens(REFERENCES.get(5))))) {
            assertThat(vector.dimensions()).isEqualTo(AllMiniLm.DIMENSIONS);
            double square = IntStream.range(0, vector.dimensions())
                    .mapToDouble(i -> (double) vector.get(i) * vector.get(i))
                    .sum();
            assertThat(square).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void theFingerprintNamesTheWeights() throws Exception {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(AllMiniLm.weights());

        assertThat(AllMiniLm.FINGERPRINT)
                .endsWith("-" + HexFormat.of().formatHex(digest).substring(0, 16));
    }

    private static int[] tokens(Reference reference) {
        return encoder.encode(reference.text());
    }

    private static double cosine(EmbeddingVector vector, List<Double> reference) {
        double sum = 0;
        double square = 0;
        for (int i = 0; i < reference.size(); i++) {
            sum += vector.get(i) * reference.get(i);
            square += reference.get(i) * reference.get(i);
        }
        return sum / Math.sqrt(square);
    }

    private static List<Reference> references() {
        try (InputStream in = AllMiniLmIT.class.getResourceAsStream("reference-vectors.json")) {
            JsonArray rows =
                    new JsonArray(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
            return rows.stream()
                    .map(JsonObject.class::cast)
                    .map(row -> new Reference(
                            row.getString("text"),
                            row.getInteger("tokens"),
                            row.getJsonArray("vector").stream()
                                    .map(value -> ((Number) value).doubleValue())
                                    .toList()))
                    .toList();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
