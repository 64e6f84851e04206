package io.insula.launcher.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.insula.inference.weights.GgufWriter;
import io.insula.launcher.model.ModelStore.StoredModel;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that the catalogue does not know: of the hub, and of URLs. */
class ModelReferencePullIT {

    private static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    @TempDir
    Path home;

    private final Progress progress =
            Progress.to(new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8), false);
    private HubServer hub;
    private byte[] content = {};

    @BeforeEach
    void startsAHubWithOneModel() throws Exception {
        hub = new HubServer();
        content = gguf("llama");
        hub.content = content;
        hub.documents.put("/api/models/owner/repo", "{\"sha\":\"" + COMMIT + "\",\"id\":\"owner/repo\"}");
    }

    @AfterEach
    void stopsTheHub() {
        hub.close();
    }

    @Test
    void pullsTheFileThatAQuantisationMeansAndChecksItAgainstTheHubsHash() throws Exception {
        tree(entry("tiny.Q4_0.gguf", sha256(content)), entry("tiny.Q8_0.gguf", sha256(content)), readme());

        StoredModel pulled = pull("owner/repo:q8_0", null);

        assertThat(pulled.name()).isEqualTo(new ModelName("tiny.q8_0"));
        assertThat(pulled.file()).hasBinaryContent(content).hasFileName("tiny.Q8_0.gguf");
        assertThat(hub.ranges).last().asString().startsWith("/owner/repo/resolve/" + COMMIT + "/tiny.Q8_0.gguf");
        assertThat(pulled.file().resolveSibling("tiny.Q8_0.gguf.sha256"))
                .hasContent(sha256(content) + "  tiny.Q8_0.gguf");
        assertThat(new ModelStore(home, ModelCatalog.standard()).verify(pulled)).containsExactly(sha256(content));
    }

    @Test
    void aRepositoryOfSeveralFilesWithoutASelectorIsAnsweredWithThem() {
        tree(entry("a.gguf", "0".repeat(64)), entry("b.gguf", "0".repeat(64)));

        assertThatThrownBy(() -> pull("owner/repo", null))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("2 files of owner/repo match ''")
                .hasMessageContaining("owner/repo:a.gguf")
                .hasMessageContaining("owner/repo:b.gguf");
    }

    @Test
    void aFileOfAnotherHashThanTheHubSaysIsRefused() {
        tree(entry("tiny.gguf", "0".repeat(64)));

        assertThatThrownBy(() -> pull("owner/repo", null)).hasMessageContaining("is not the expected 000000");
        assertThat(home.resolve("models/tiny/tiny.gguf")).doesNotExist();
    }

    @Test
    void theHubsMistakesAreNamed() {
        assertThatThrownBy(() -> pull("owner/absent", null))
                .hasMessageContaining("owner/absent on the Hugging Face hub");
        tree(readme());
        assertThatThrownBy(() -> pull("owner/repo", null)).hasMessageContaining("holds no GGUF file");
        hub.documents.put("/api/models/owner/repo", "{\"sha\":");
        assertThatThrownBy(() -> pull("owner/repo", null)).isInstanceOf(ModelException.class);
        tree("{\"path\":\"x.gguf\",\"size\":-1,\"lfs\":{\"oid\":\"../../x\"}}");
        hub.documents.put("/api/models/owner/repo", "{\"sha\":\"" + COMMIT + "\"}");
        assertThatThrownBy(() -> pull("owner/repo", null)).hasMessageContaining("the hub says nonsense");
    }

    @Test
    void aUrlsFileIsTrustedOnceAndMustStayTheSame() throws Exception {
        StoredModel pulled = pull(hub.uri() + "files/My-Model.gguf", null);
        assertThat(pulled.name()).isEqualTo(new ModelName("my-model"));
        assertThat(pulled.file()).hasBinaryContent(content);
        int asked = hub.ranges.size();
        assertThat(pull(hub.uri() + "files/My-Model.gguf", null)).isEqualTo(pulled);
        assertThat(hub.ranges).as("it is here, and is what it was").hasSize(asked);

        Files.writeString(pulled.file(), "damaged");
        assertThatThrownBy(() -> new ModelStore(home, ModelCatalog.standard()).verify(pulled))
                .hasMessageContaining("is not the recorded " + sha256(content));
        hub.content = gguf("qwen2");
        assertThatThrownBy(() -> pull(hub.uri() + "files/My-Model.gguf", null))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not " + sha256(content) + ", recorded when it first came");
        hub.content = content;
        assertThat(pull(hub.uri() + "files/My-Model.gguf", null).file()).hasBinaryContent(content);
        assertThat(new ModelStore(home, ModelCatalog.standard()).remove(pulled.name()))
                .isTrue();
        assertThat(pulled.file().getParent()).doesNotExist();
    }

    @Test
    void aUrlsPartIsContinuedOnlyWhereTheFileIsTheSameStill() throws Exception {
        hub.entityTag = "\"v1\"";
        hub.cutAfter = 100;
        hub.stall = true;
        assertThatThrownBy(() -> pullFromAStallingHub(null)).hasMessageContaining("no byte came");
        hub.stall = false;
        hub.cutAfter = Integer.MAX_VALUE;
        hub.ranges.clear();
        assertThat(pull(hub.uri() + "tiny.gguf", null).file()).hasBinaryContent(content);
        // The first pull asked five times, and each time a hundred bytes came.
        assertThat(hub.ranges).containsExactly("/tiny.gguf bytes=0-0", "/tiny.gguf bytes=500-");

        hub.cutAfter = 100;
        hub.stall = true;
        assertThatThrownBy(() -> pullFromAStallingHub("second")).hasMessageContaining("no byte came");
        hub.stall = false;
        hub.cutAfter = Integer.MAX_VALUE;
        hub.entityTag = "\"v2\"";
        hub.content = gguf("qwen2");
        assertThat(pull(hub.uri() + "tiny.gguf", "second").file()).hasBinaryContent(hub.content);
    }

    @Test
    void refusesRedirectsToForbiddenAddressesFilesThatAreNoModelsAndNamesOfTheCatalogue() {
        hub.content = Arrays.copyOf("not a model".getBytes(StandardCharsets.UTF_8), 5000);
        assertThatThrownBy(() -> pull(hub.uri() + "x.gguf", null)).hasMessageContaining("not a GGUF file");
        assertThat(home.resolve("models/x/x.gguf")).doesNotExist();
        hub.redirect = "http://169.254.169.254/latest/x.gguf";
        assertThatThrownBy(() -> pull(hub.uri() + "x.gguf", null)).hasMessageContaining("refused 169.254.169.254");
        assertThatThrownBy(() -> pull(hub.uri() + "x.gguf", "smollm2-135m-instruct"))
                .hasMessageContaining("is a model of the catalogue");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/x.gguf",
                "http://10.0.0.1/x.gguf",
                "http://[fd00::1]/x.gguf",
                "https://127.0.0.1/x.gguf",
                "file:///etc/hosts"
            })
    void everyHopIsCheckedBeforeItIsAsked(String target) {
        for (int hops = 1; hops <= 5; hops++) {
            hub.ranges.clear();
            hub.redirects.clear();
            String from = "/x.gguf";
            for (int hop = 1; hop < hops; hop++) {
                hub.redirects.put(from, "/hop/" + hop);
                from = "/hop/" + hop;
            }
            hub.redirects.put(from, target);
            assertThatThrownBy(() -> pull(hub.uri() + "x.gguf", null))
                    .as("hop %d", hops)
                    .hasMessageContaining("refused");
            assertThat(hub.ranges).as("requests until hop %d", hops).hasSize(hops);
        }
        hub.redirects.put("/api/models/owner/repo", target);
        assertThatThrownBy(() -> pull("owner/repo:q8_0", null)).hasMessageContaining("refused");
    }

    @Test
    void redirectsInACircleEnd() {
        hub.redirects.put("/x.gguf", "/y.gguf");
        hub.redirects.put("/y.gguf", "/x.gguf");
        assertThatThrownBy(() -> pull(hub.uri() + "x.gguf", null)).hasMessageContaining("more than 5 redirects");
    }

    @Test
    void theProgramsOwnPolicyRefusesThisServer() {
        ModelPull real =
                new ModelPull(new ModelStore(home, ModelCatalog.standard()), ModelCatalog.standard(), progress);

        for (String url : List.of(hub.uri() + "x.gguf", "https://127.0.0.1/x.gguf", "https://[::1]/x.gguf")) {
            assertThatThrownBy(() -> real.pull(ModelReference.parse(url), null))
                    .as(url)
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("refused");
        }
        assertThat(hub.ranges).isEmpty();
    }

    private StoredModel pull(String reference, @Nullable String name) throws InterruptedException {
        return pull(reference, name, LoopbackPolicy.settings(hub.uri()));
    }

    /** Asks as often as a download does, and waits each time: not as long as a busy machine might need. */
    private StoredModel pullFromAStallingHub(@Nullable String name) throws InterruptedException {
        return pull(hub.uri() + "tiny.gguf", name, LoopbackPolicy.settings(hub.uri(), Duration.ofSeconds(1)));
    }

    private StoredModel pull(String reference, @Nullable String name, DownloadSettings settings)
            throws InterruptedException {
        ModelCatalog catalog = ModelCatalog.standard();
        return new ModelPull(
                        new ModelStore(home, catalog),
                        catalog,
                        progress,
                        settings,
                        model -> ModelPull.sources(model, settings))
                .pull(ModelReference.parse(reference), name == null ? null : new ModelName(name));
    }

    private void tree(String... entries) {
        hub.documents.put("/api/models/owner/repo/tree/" + COMMIT, "[" + String.join(",", entries) + "]");
    }

    private String entry(String path, String sha256) {
        return "{\"type\":\"file\",\"path\":\"" + path + "\",\"size\":" + content.length + ",\"lfs\":{\"oid\":\""
                + sha256 + "\"}}";
    }

    private static String readme() {
        return "{\"type\":\"file\",\"path\":\"README.md\",\"size\":3}";
    }

    private byte[] gguf(String architecture) throws Exception {
        Path file = home.resolve("made");
        new GgufWriter()
                .string("general.architecture", architecture)
                .tensor("t", List.of(256L), new float[256])
                .write(file);
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        return bytes;
    }

    private String sha256(byte[] bytes) throws Exception {
        Path file = Files.write(home.resolve("hashed"), bytes);
        String sha256 = Sha256.of(file);
        Files.delete(file);
        return sha256;
    }
}
