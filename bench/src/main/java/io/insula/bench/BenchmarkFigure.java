package io.insula.bench;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * One figure of ours beside a peer's.
 *
 * @param name what was measured
 * @param ratio how many times better ours is: above 1 we are ahead
 * @param unit of {@code insula} and {@code peer}
 */
public record BenchmarkFigure(String name, double insula, double peer, double ratio, String unit) {

    /** A figure of which less is better. */
    public static BenchmarkFigure lessIsBetter(String name, double insula, double peer, String unit) {
        return new BenchmarkFigure(name, insula, peer, peer / insula, unit);
    }

    /** Writes a list of {@code {"case","insula","peer","ratio","unit"}}. */
    public static void write(Path file, List<BenchmarkFigure> figures) throws IOException {
        JsonArray list = new JsonArray();
        for (BenchmarkFigure figure : figures) {
            list.add(new JsonObject()
                    .put("case", figure.name())
                    .put("insula", figure.insula())
                    .put("peer", figure.peer())
                    .put("ratio", figure.ratio())
                    .put("unit", figure.unit()));
        }
        Files.writeString(file, list.encode() + System.lineSeparator());
    }

    /** Reads what {@link #write} has written. */
    public static List<BenchmarkFigure> read(Path file) throws IOException {
        JsonArray list = new JsonArray(Files.readString(file));
        return list.stream()
                .map(JsonObject.class::cast)
                .map(figure -> new BenchmarkFigure(
                        figure.getString("case"),
                        figure.getDouble("insula"),
                        figure.getDouble("peer"),
                        figure.getDouble("ratio"),
                        figure.getString("unit")))
                .toList();
    }
}
