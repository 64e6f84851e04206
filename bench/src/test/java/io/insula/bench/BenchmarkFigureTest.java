package io.insula.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchmarkFigureTest {

    @TempDir
    Path folder;

    @Test
    void aRatioAboveOneMeansThatOursTakesLess() {
        assertThat(BenchmarkFigure.lessIsBetter("decode", 10, 15, "ms").ratio()).isEqualTo(1.5);
    }

    @Test
    void writesAListOfFlatObjects() throws Exception {
        Path file = folder.resolve("figures.json");
        BenchmarkFigure.write(
                file,
                List.of(
                        BenchmarkFigure.lessIsBetter("decode, batch 1", 8, 4, "ms/step"),
                        new BenchmarkFigure("requests", 300, 100, 3, "1/s")));
        assertThat(new JsonArray(Files.readString(file)))
                .containsExactly(
                        new JsonObject()
                                .put("case", "decode, batch 1")
                                .put("insula", 8.0)
                                .put("peer", 4.0)
                                .put("ratio", 0.5)
                                .put("unit", "ms/step"),
                        new JsonObject()
                                .put("case", "requests")
                                .put("insula", 300.0)
                                .put("peer", 100.0)
                                .put("ratio", 3.0)
                                .put("unit", "1/s"));
    }

    @Test
    void readsWhatAnotherProcessHasWritten() throws Exception {
        Path file = folder.resolve("figures.json");
        List<BenchmarkFigure> figures = List.of(
                BenchmarkFigure.lessIsBetter("decode, batch 1", 8, 4, "ms/step"),
                BenchmarkFigure.lessIsBetter("prefill", 100.5, 300.25, "ms"));
        BenchmarkFigure.write(file, figures);
        assertThat(BenchmarkFigure.read(file)).isEqualTo(figures);
    }
}
