package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.insula.inference.graph.KvScales;
import io.insula.launcher.model.ModelStore.StoredModel;
import io.insula.protocol.ModelName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KvScalesFileTest {

    private static final KvScales SCALES = new KvScales(
            List.of(new float[] {0.1f, Float.MIN_NORMAL}, new float[] {3, 4}),
            List.of(new float[] {1e-7f, 0.3f}, new float[] {1 / 3f, 1e7f}));

    @TempDir
    private Path home;

    private final AtomicInteger calibrations = new AtomicInteger();

    @Test
    void whatWasFoundIsKeptBitForBit() throws IOException {
        StoredModel model = model("weights");
        get(model);
        KvScales kept = get(model);
        assertThat(calibrations).hasValue(1);
        for (int layer = 0; layer < 2; layer++) {
            assertThat(kept.keys().get(layer)).isEqualTo(SCALES.keys().get(layer));
            assertThat(kept.values().get(layer)).isEqualTo(SCALES.values().get(layer));
        }
    }

    @Test
    void scalesOfAnotherModelFileAreFoundAnew() throws IOException {
        get(model("weights"));
        get(model("other weights"));
        assertThat(calibrations).hasValue(2);
    }

    @Test
    void anUnreadableFileIsReplaced() throws IOException {
        StoredModel model = model("weights");
        get(model);
        Files.writeString(home.resolve(".kv-int8.json"), "{\"model\":");
        get(model);
        get(model);
        assertThat(calibrations).hasValue(2);
    }

    @Test
    void aFoldersScalesAreNoFileOfTheModel() throws IOException {
        Files.writeString(home.resolve("config.json"), "{}");
        StoredModel folder = new StoredModel(new ModelName("folder"), home, 2);
        get(folder);
        get(folder);
        assertThat(calibrations).hasValue(1);
        assertThat(new ModelFolder(home).files()).containsExactly(home.resolve("config.json"));
    }

    private KvScales get(StoredModel model) {
        return new KvScalesFile(model).get(() -> {
            calibrations.incrementAndGet();
            return SCALES;
        });
    }

    private StoredModel model(String content) throws IOException {
        Path file = Files.writeString(home.resolve("model.gguf"), content);
        return new StoredModel(new ModelName("model"), file, content.length());
    }
}
