package io.insula.launcher.model;

import io.insula.inference.graph.KvScales;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The scales of a model's eight-bit keys and values, kept beside the model with the SHA-256 of the files that they were found
 * with. Engines that share the file compute alike.
 */
public final class KvScalesFile {

    private static final Logger log = LoggerFactory.getLogger(KvScalesFile.class);
    private static final String NAME = ".kv-int8.json";

    private final StoredModel model;
    private final Path file;

    public KvScalesFile(StoredModel model) {
        this.model = model;
        this.file = Files.isDirectory(model.file())
                ? model.file().resolve(NAME)
                : model.file().resolveSibling(NAME);
    }

    /**
     * The scales that are kept; those of other files, or unreadable ones, are found anew.
     *
     * @param calibration finds them
     */
    public KvScales get(Supplier<KvScales> calibration) {
        try {
            String sha256 = sha256();
            Optional<KvScales> kept = read(sha256);
            if (kept.isPresent()) {
                return kept.get();
            }
            KvScales found = calibration.get();
            write(sha256, found);
            return found;
        } catch (IOException e) {
            throw new ModelException(file + ": cannot be written: " + e.getMessage(), e);
        }
    }

    private String sha256() throws IOException {
        if (!Files.isDirectory(model.file())) {
            return Sha256.of(model.file());
        }
        StringBuilder all = new StringBuilder();
        for (Path part : new ModelFolder(model.file()).files()) {
            all.append(Sha256.of(part));
        }
        return all.toString();
    }

    private Optional<KvScales> read(String sha256) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonObject kept = new JsonObject(Files.readString(file));
            if (!sha256.equals(kept.getString("model"))) {
                log.info("{} is of another model file", file);
                return Optional.empty();
            }
            return Optional.of(new KvScales(layers(kept.getJsonArray("keys")), layers(kept.getJsonArray("values"))));
        } catch (RuntimeException e) {
            log.warn("{} cannot be read ({}); the scales are found anew", file, e.getMessage());
            return Optional.empty();
        }
    }

    private void write(String sha256, KvScales scales) throws IOException {
        JsonObject kept = new JsonObject()
                .put("model", sha256)
                .put("keys", array(scales.keys()))
                .put("values", array(scales.values()));
        Path folder = file.toAbsolutePath().getParent();
        Path whole = Files.createTempFile(folder, NAME, ".part");
        try {
            Files.writeString(whole, kept.encode());
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(whole);
        }
    }

    private static JsonArray array(List<float[]> layers) {
        JsonArray all = new JsonArray();
        for (float[] layer : layers) {
            JsonArray scales = new JsonArray();
            for (float scale : layer) {
                scales.add(scale);
            }
            all.add(scales);
        }
        return all;
    }

    private static List<float[]> layers(JsonArray all) {
        return IntStream.range(0, all.size())
                .mapToObj(all::getJsonArray)
                .map(KvScalesFile::layer)
                .toList();
    }

    private static float[] layer(JsonArray scales) {
        float[] layer = new float[scales.size()];
        for (int i = 0; i < layer.length; i++) {
            layer[i] = scales.getFloat(i);
        }
        return layer;
    }
}
