package io.insula.launcher.model;

import io.insula.launcher.model.ModelSource.SourceFailure;
import io.insula.launcher.terminal.Progress;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Downloads a file that nobody vouches for: asks for its size and validator first, then for the file. */
record UrlDownload(DownloadSettings settings, URI uri) {

    private record Entity(long sizeBytes, String tag) {}

    /** Writes the file to {@code part}, continuing what an earlier run left of the same version. */
    void into(Path part, String title, Progress progress) throws SourceFailure, InterruptedException {
        Entity entity = ask();
        Path tag = part.resolveSibling(part.getFileName() + ".tag");
        try {
            boolean same = !entity.tag().isEmpty()
                    && Files.exists(tag)
                    && Files.readString(tag).equals(entity.tag());
            if (!same) {
                Files.deleteIfExists(part);
                Files.writeString(tag, entity.tag());
            }
            new ResumableDownload(settings, uri, entity.sizeBytes(), entity.tag()).into(part, title, progress);
            Files.deleteIfExists(tag);
        } catch (IOException e) {
            throw new SourceFailure("cannot write " + part + ": " + e.getMessage(), e);
        }
    }

    private Entity ask() throws SourceFailure, InterruptedException {
        long deadline = System.nanoTime() + settings.stall().multipliedBy(2).toNanos();
        try (PolicedClient client = new PolicedClient(settings)) {
            HttpResponse<byte[]> answer = client.get(
                    uri, Map.of("Range", "bytes=0-0"), info -> new BoundedBody(0), () -> Long.MIN_VALUE, deadline);
            HttpHeaders headers = answer.headers();
            String tag = headers.firstValue("ETag").orElse("");
            return new Entity(size(answer.statusCode(), headers), tag.startsWith("W/") ? "" : tag);
        }
    }

    private static long size(int status, HttpHeaders headers) throws SourceFailure {
        String total = status == 206
                ? headers.firstValue("Content-Range").orElse("").replaceFirst(".*/", "")
                : headers.firstValue("Content-Length").orElse("");
        if (!total.matches("\\d{1,18}") || total.equals("0")) {
            throw new SourceFailure("it does not say how long the file is");
        }
        return Long.parseLong(total);
    }
}
