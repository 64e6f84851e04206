package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.model.ModelReference.OnHub;
import io.insula.launcher.model.ModelSource.SourceFailure;
import io.insula.protocol.ModelName;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds out what a repository of the Hugging Face hub holds: its newest commit, its files, their sizes and SHA-256.
 *
 * <p><b>Source:</b> the hub's API, {@code /api/models/<repository>} and {@code /api/models/<repository>/tree/<commit>}.
 */
record HubRepository(DownloadSettings settings) {

    private static final int MAX_BYTES = 8 << 20;

    private record HubModel(String path, long sizeBytes, String sha256) {}

    /**
     * The one file that a reference means.
     *
     * @param name what the model will be called here; null takes the file's name
     */
    CatalogModel find(OnHub reference, @Nullable ModelName name) throws SourceFailure, InterruptedException {
        try {
            return read(reference, name);
        } catch (DecodeException | ClassCastException e) {
            throw new SourceFailure("the hub's answer is not what it documents", e);
        }
    }

    private CatalogModel read(OnHub reference, @Nullable ModelName name) throws SourceFailure, InterruptedException {
        String repository = reference.repository();
        String api = "api/models/" + repository;
        String commit = new JsonObject(get(api)).getString("sha", "");
        if (!commit.matches("[0-9a-f]{40}")) {
            throw new SourceFailure("the hub names no commit of " + repository);
        }
        List<HubModel> files = new JsonArray(get(api + "/tree/" + commit + "?recursive=true"))
                .stream()
                        .filter(JsonObject.class::isInstance)
                        .map(JsonObject.class::cast)
                        .filter(file -> ModelStore.isModelFile(file.getString("path", "")))
                        .filter(file -> file.getJsonObject("lfs") != null)
                        .map(file -> new HubModel(
                                file.getString("path"),
                                file.getLong("size", 0L),
                                file.getJsonObject("lfs").getString("oid", "")))
                        .toList();
        HubModel chosen = choose(reference, files);
        String fileName = chosen.path().substring(chosen.path().lastIndexOf('/') + 1);
        try {
            return new CatalogModel(
                    name == null ? ModelStore.nameOf(fileName) : name,
                    fileName,
                    chosen.sha256(),
                    chosen.sizeBytes(),
                    "unknown",
                    List.of(new HubFile(repository, commit, chosen.path())));
        } catch (IllegalArgumentException e) {
            throw new SourceFailure("the hub says nonsense about " + chosen.path() + ": " + e.getMessage(), e);
        }
    }

    private static HubModel choose(OnHub reference, List<HubModel> files) throws SourceFailure {
        String selector = reference.selector().toLowerCase(Locale.ROOT);
        List<HubModel> exact = files.stream()
                .filter(file -> file.path().toLowerCase(Locale.ROOT).equals(selector))
                .toList();
        List<HubModel> matching = !exact.isEmpty()
                ? exact
                : files.stream()
                        .filter(file -> file.path().toLowerCase(Locale.ROOT).contains(selector))
                        .toList();
        if (matching.size() == 1) {
            return matching.getFirst();
        }
        String choices = (matching.isEmpty() ? files : matching)
                .stream()
                        .map(file -> "\n    " + reference.repository() + ":" + file.path())
                        .collect(Collectors.joining());
        throw new SourceFailure(
                files.isEmpty()
                        ? reference.repository() + " holds no GGUF file"
                        : matching.size() + " files of " + reference.repository() + " match '" + reference.selector()
                                + "'; name one of" + choices);
    }

    private String get(String path) throws SourceFailure, InterruptedException {
        long deadline = System.nanoTime() + settings.stall().multipliedBy(2).toNanos();
        try (PolicedClient client = new PolicedClient(settings)) {
            URI uri = settings.hub().resolve(path);
            byte[] body = client.get(uri, Map.of(), info -> new BoundedBody(MAX_BYTES), () -> Long.MIN_VALUE, deadline)
                    .body();
            return new String(body, StandardCharsets.UTF_8);
        }
    }
}
