package io.insula.launcher.model;

import io.insula.launcher.model.ModelSource.SourceFailure;
import io.insula.launcher.model.PolicedClient.StatusFailure;
import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * Downloads a file of known size over HTTP, from where its part ends, and again as long as each attempt brings bytes.
 *
 * @param entityTag the file's validator: a part of another one is not continued; empty for none
 */
record ResumableDownload(DownloadSettings settings, URI start, long sizeBytes, String entityTag) {

    private static final int MAX_ATTEMPTS = 5;
    private static final int RANGE_NOT_SATISFIABLE = 416;

    void into(Path part, String title, Progress progress) throws SourceFailure, InterruptedException {
        long deadline = System.nanoTime() + settings.total().toNanos();
        try (PolicedClient client = new PolicedClient(settings);
                Progress.Step step = progress.begin(title, sizeBytes)) {
            for (int attempt = 1; sizeOf(part) < sizeBytes; attempt++) {
                long before = sizeOf(part);
                try {
                    attempt(client, part, step, deadline);
                } catch (SourceFailure failure) {
                    if (sizeOf(part) <= before || attempt == MAX_ATTEMPTS || System.nanoTime() > deadline) {
                        throw failure;
                    }
                    continue;
                }
                if (sizeOf(part) < sizeBytes && (sizeOf(part) <= before || attempt == MAX_ATTEMPTS)) {
                    throw new SourceFailure("it ended after " + sizeOf(part) + " bytes (expected: " + sizeBytes + ")");
                }
            }
        } catch (IOException e) {
            throw new SourceFailure("cannot write " + part + ": " + e.getMessage(), e);
        }
    }

    private void attempt(PolicedClient client, Path part, Progress.Step step, long deadline)
            throws SourceFailure, IOException, InterruptedException {
        Map<String, String> headers = new HashMap<>();
        headers.put("Range", "bytes=" + sizeOf(part) + "-");
        if (!entityTag.isEmpty()) {
            headers.put("If-Range", entityTag);
        }
        try (PartDownload download = new PartDownload(part, sizeBytes, step)) {
            client.get(start, headers, download::accept, download::lastByteNanos, deadline);
        } catch (StatusFailure failure) {
            if (failure.status() == RANGE_NOT_SATISFIABLE) {
                Files.deleteIfExists(part);
                throw new SourceFailure("it refused to continue the download (status 416)");
            }
            throw failure;
        }
    }

    private static long sizeOf(Path part) throws IOException {
        return Files.exists(part) ? Files.size(part) : 0;
    }
}
