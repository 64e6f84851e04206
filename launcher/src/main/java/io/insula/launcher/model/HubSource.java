package io.insula.launcher.model;

import io.insula.launcher.model.CatalogModel.Origin.HubFile;
import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Downloads a file of the Hugging Face hub, continuing a partial one.
 *
 * <p>Redirects are followed by hand, each one checked like the first address.
 */
final class HubSource implements ModelSource {

    private static final int MAX_REDIRECTS = 5;
    private static final int MAX_ATTEMPTS = 5;

    private final HubFile origin;
    private final Settings settings;

    /**
     * Where and how patiently to download.
     *
     * @param stall the longest time without a byte
     * @param total the longest time for the whole file
     */
    record Settings(URI base, AddressPolicy policy, Duration connect, Duration stall, Duration total) {

        static Settings standard() {
            return new Settings(
                    URI.create("https://huggingface.co/"),
                    AddressPolicy.PUBLIC_HTTPS,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(20),
                    Duration.ofMinutes(20));
        }
    }

    HubSource(HubFile origin, Settings settings) {
        this.origin = origin;
        this.settings = settings;
    }

    @Override
    public String description() {
        return "the Hugging Face hub (" + origin.repository() + ")";
    }

    @Override
    public String partSuffix() {
        return ".hub.part";
    }

    @Override
    public void fetch(CatalogModel model, Path part, Progress progress) throws SourceFailure, InterruptedException {
        URI start =
                settings.base().resolve(origin.repository() + "/resolve/" + origin.revision() + "/" + origin.path());
        long deadline = System.nanoTime() + settings.total().toNanos();
        try (HttpClient client = client();
                Progress.Step step = progress.begin("Downloading " + model.fileName(), model.sizeBytes())) {
            try {
                download(client, start, model, part, step, deadline);
            } finally {
                client.shutdownNow();
            }
        } catch (IOException e) {
            throw new SourceFailure("cannot write " + part + ": " + e.getMessage(), e);
        }
    }

    private HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connect())
                .build();
    }

    /** Asks again, from where the part ends, as long as each attempt brings bytes. */
    private void download(
            HttpClient client, URI start, CatalogModel model, Path part, Progress.Step step, long deadline)
            throws SourceFailure, IOException, InterruptedException {
        for (int attempt = 1; sizeOf(part) < model.sizeBytes(); attempt++) {
            long before = sizeOf(part);
            try {
                attempt(client, start, model, part, step, deadline);
            } catch (SourceFailure failure) {
                if (sizeOf(part) <= before || attempt == MAX_ATTEMPTS || System.nanoTime() > deadline) {
                    throw failure;
                }
                continue;
            }
            if (sizeOf(part) < model.sizeBytes()) {
                if (sizeOf(part) <= before || attempt == MAX_ATTEMPTS) {
                    throw new SourceFailure(
                            "it ended after " + sizeOf(part) + " bytes (expected: " + model.sizeBytes() + ")");
                }
            }
        }
    }

    private void attempt(HttpClient client, URI start, CatalogModel model, Path part, Progress.Step step, long deadline)
            throws SourceFailure, IOException, InterruptedException {
        URI uri = start;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            settings.policy().check(uri);
            HttpRequest request = HttpRequest.newBuilder(uri)
                    .header("User-Agent", "insula")
                    .header("Range", "bytes=" + sizeOf(part) + "-")
                    .build();
            PartDownload download = new PartDownload(part, model.sizeBytes(), step);
            HttpResponse<Void> response = await(
                    client.sendAsync(
                            request,
                            info -> info.statusCode() == 200 || info.statusCode() == 206
                                    ? download.accept(info)
                                    : BodySubscribers.discarding()),
                    download,
                    deadline);
            int status = response.statusCode();
            if (status == 200 || status == 206) {
                return;
            }
            if (status == 416) {
                Files.deleteIfExists(part);
                throw new SourceFailure("it refused to continue the download (status 416)");
            }
            if (status / 100 != 3) {
                throw new SourceFailure("it answered with status " + status + " for " + uri);
            }
            URI from = uri;
            uri = from.resolve(response.headers()
                    .firstValue("Location")
                    .orElseThrow(() -> new SourceFailure("it answered with status " + status + " without a location")));
        }
        throw new SourceFailure("more than " + MAX_REDIRECTS + " redirects");
    }

    private HttpResponse<Void> await(
            CompletableFuture<HttpResponse<Void>> exchange, PartDownload download, long deadline)
            throws SourceFailure, InterruptedException {
        try {
            while (true) {
                long now = System.nanoTime();
                long stalls = download.lastByteNanos() + settings.stall().toNanos();
                long wait = Math.min(stalls, deadline) - now;
                if (wait <= 0) {
                    throw new SourceFailure(
                            stalls <= now
                                    ? "no byte came for " + settings.stall().toMillis() + " ms"
                                    : "it took longer than " + settings.total().toSeconds() + " s");
                }
                try {
                    return exchange.get(wait, TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    // Bytes may have come meanwhile: the loop looks again.
                }
            }
        } catch (ExecutionException e) {
            throw new SourceFailure(String.valueOf(rootMessage(e)), e);
        } finally {
            exchange.cancel(true);
            download.close();
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    private static long sizeOf(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }
}
