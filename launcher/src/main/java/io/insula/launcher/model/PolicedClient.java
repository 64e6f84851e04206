package io.insula.launcher.model;

import io.insula.launcher.model.ModelSource.SourceFailure;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscribers;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * Asks for URLs as an {@link AddressPolicy} allows it: redirects are followed by hand, each one checked like the first
 * address, and names are resolved under the policy.
 *
 * <p><b>Thread:</b> blocks the calling one.
 */
final class PolicedClient implements AutoCloseable {

    private static final int MAX_REDIRECTS = 5;

    private final DownloadSettings settings;
    private final ExecutorService threads;
    private final HttpClient client;

    PolicedClient(DownloadSettings settings) {
        this.settings = settings;
        this.threads = Executors.newThreadPerTaskExecutor(GuardedAddresses.threads(settings.policy()));
        this.client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.connect())
                .executor(threads)
                .build();
    }

    /**
     * The answer at the end of all redirects, of status 200 or 206.
     *
     * @param lastByteNanos when the last byte came, so that a long answer is no stall
     * @param deadlineNanos when even a flowing answer is given up
     */
    <T> HttpResponse<T> get(
            URI start,
            Map<String, String> headers,
            BodyHandler<T> bodies,
            LongSupplier lastByteNanos,
            long deadlineNanos)
            throws SourceFailure, InterruptedException {
        URI uri = start;
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            settings.policy().check(uri);
            HttpRequest.Builder request = HttpRequest.newBuilder(uri).header("User-Agent", "insula");
            headers.forEach(request::header);
            HttpResponse<T> response = await(
                    client.sendAsync(
                            request.build(),
                            info -> isContent(info.statusCode())
                                    ? bodies.apply(info)
                                    : BodySubscribers.replacing(null)),
                    lastByteNanos,
                    deadlineNanos);
            int status = response.statusCode();
            if (isContent(status)) {
                return response;
            }
            if (status / 100 != 3) {
                throw new StatusFailure(status, uri);
            }
            uri = location(uri, response);
        }
        throw new SourceFailure("more than " + MAX_REDIRECTS + " redirects");
    }

    private static boolean isContent(int status) {
        return status == 200 || status == 206;
    }

    private static URI location(URI from, HttpResponse<?> response) throws SourceFailure {
        String location = response.headers()
                .firstValue("Location")
                .orElseThrow(() ->
                        new SourceFailure("it answered with status " + response.statusCode() + " without a location"));
        try {
            return from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new SourceFailure("it redirects to what is no URL", e);
        }
    }

    private <T> HttpResponse<T> await(
            CompletableFuture<HttpResponse<T>> exchange, LongSupplier lastByteNanos, long deadlineNanos)
            throws SourceFailure, InterruptedException {
        long askedNanos = System.nanoTime();
        try {
            while (true) {
                long now = System.nanoTime();
                long stalls = Math.max(askedNanos, lastByteNanos.getAsLong())
                        + settings.stall().toNanos();
                long wait = Math.min(stalls, deadlineNanos) - now;
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
            throw new SourceFailure(rootMessage(e), e);
        } finally {
            exchange.cancel(true);
        }
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    }

    @Override
    public void close() {
        client.shutdownNow();
        threads.shutdownNow();
    }

    /** An answer that is neither content nor a redirect. */
    static final class StatusFailure extends SourceFailure {

        private static final long serialVersionUID = 1L;

        private final int status;

        StatusFailure(int status, URI uri) {
            super("it answered with status " + status + " for " + uri);
            this.status = status;
        }

        int status() {
            return status;
        }
    }
}
