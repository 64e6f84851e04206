package io.insula.chaos.load;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Asks one question over HTTP/1.1 or HTTP/2, as a client behind a load balancer: where nobody listens, the next node is
 * asked; nothing else is tried again.
 */
public final class Asker implements AutoCloseable {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);
    private static final long PAUSE_MILLIS = 50;
    private static final String DATA = "data: ";

    private final Doors doors;
    private final Duration limit;
    private final HttpClient plain = client(HttpClient.Version.HTTP_1_1);
    private final HttpClient multiplexed = client(HttpClient.Version.HTTP_2);
    private final ScheduledThreadPoolExecutor watchdog = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("deadlines").factory());

    /**
     * @param limit after which an answer that is not complete has failed
     */
    public Asker(Doors doors, Duration limit) {
        this.doors = doors;
        this.limit = limit;
        watchdog.setRemoveOnCancelPolicy(true);
    }

    private static HttpClient client(HttpClient.Version version) {
        return HttpClient.newBuilder()
                .version(version)
                .connectTimeout(CONNECT_LIMIT)
                .build();
    }

    /**
     * Asks, and waits for the end of the answer.
     *
     * @param preferred which node's turn it is
     */
    public Reply ask(Question question, int pass, Account account, int preferred) throws InterruptedException {
        long sent = System.nanoTime();
        Door last = null;
        while (System.nanoTime() - sent < limit.toNanos()) {
            Optional<Door> door = doors.choose(preferred);
            if (door.isPresent()) {
                last = door.get();
                Attempt attempt = new Attempt(question, pass, last);
                if (attempt.run(account)) {
                    return attempt.reply();
                }
                doors.failed(last);
            }
            Thread.sleep(PAUSE_MILLIS);
        }
        throw new BrokenAnswerException("No HTTP node takes requests for " + limit.toSeconds() + " s"
                + (last == null ? "." : "; the last one asked was " + last.name() + "."));
    }

    private final class Attempt {

        private final Question question;
        private final int pass;
        private final Door door;
        private final long sent = System.nanoTime();
        private final AnswerAssembly assembly = new AnswerAssembly();
        private final List<Long> arrivals = new ArrayList<>();
        private @org.jspecify.annotations.Nullable Answer answer;
        private @org.jspecify.annotations.Nullable String failure;
        private int status;

        Attempt(Question question, int pass, Door door) {
            this.question = question;
            this.pass = pass;
            this.door = door;
        }

        /** False when nobody listened: nothing was sent. */
        boolean run(Account account) throws InterruptedException {
            // With a connection of its own an HTTP/1.1 request never meets one that is just being closed for idleness.
            boolean own = question.index() % 2 == 0;
            HttpRequest.Builder request = HttpRequest.newBuilder(door.api())
                    .timeout(limit)
                    .header("Authorization", "Bearer " + account.key())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(question.toJson(account)));
            if (own) {
                request.header("Connection", "close");
            }
            try {
                HttpResponse<InputStream> response =
                        (own ? plain : multiplexed).send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
                status = response.statusCode();
                read(response);
            } catch (ConnectException | HttpConnectTimeoutException e) {
                return false;
            } catch (IOException | BrokenAnswerException | DecodeException e) {
                failure = e.getClass().getSimpleName() + ": " + e.getMessage();
            }
            return true;
        }

        private void read(HttpResponse<InputStream> response) throws IOException {
            try (InputStream body = response.body()) {
                ScheduledFuture<?> deadline =
                        watchdog.schedule(() -> cut(body), limit.toMillis(), TimeUnit.MILLISECONDS);
                try {
                    if (status != 200) {
                        failure = "status " + status + ", Retry-After "
                                + response.headers().firstValue("Retry-After").orElse("none") + ": "
                                + new String(body.readAllBytes(), StandardCharsets.UTF_8);
                    } else if (question.streamed()) {
                        events(body);
                    } else {
                        assembly.completion(new JsonObject(new String(body.readAllBytes(), StandardCharsets.UTF_8)));
                        answer = assembly.answer();
                    }
                } finally {
                    deadline.cancel(false);
                }
            }
        }

        private static void cut(InputStream body) {
            try {
                body.close();
            } catch (IOException e) {
                // Whoever reads it is told.
            }
        }

        private void events(InputStream body) throws IOException {
            BufferedReader reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.equals(DATA + "[DONE]")) {
                    answer = assembly.answer();
                } else if (line.startsWith(DATA)) {
                    event(new JsonObject(line.substring(DATA.length())));
                }
            }
            if (answer == null) {
                throw new BrokenAnswerException("the stream ended before [DONE]");
            }
        }

        private void event(JsonObject data) {
            if (data.getValue("error") != null) {
                throw new BrokenAnswerException("an error event: " + data.encode());
            }
            if (answer != null) {
                throw new BrokenAnswerException("an event behind [DONE]");
            }
            if (assembly.chunk(data)) {
                arrivals.add(System.nanoTime());
            }
        }

        Reply reply() {
            return new Reply(
                    question,
                    pass,
                    door,
                    sent,
                    System.nanoTime(),
                    List.copyOf(arrivals),
                    failure == null ? answer : null,
                    failure,
                    status,
                    assembly.request());
        }
    }

    @Override
    public void close() {
        watchdog.shutdownNow();
        plain.shutdownNow();
        multiplexed.shutdownNow();
    }
}
