package io.insula.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A plain client of the chat endpoint on the JDK's own HTTP client, its h2c upgrade included. */
final class ChatClient {

    static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String baseUrl;
    private final String key;
    private final String model;

    ChatClient(InsulaProcess insula) {
        this(insula.baseUrl(), insula.key(), insula.model());
    }

    ChatClient(String baseUrl, String key, String model) {
        this.baseUrl = baseUrl;
        this.key = key;
        this.model = model;
    }

    /** Everything a streamed answer said. */
    record Streamed(String text, String finishReason, List<String> events) {}

    String body(String question, Map<String, Object> more) {
        try {
            Map<String, Object> body = new java.util.LinkedHashMap<>();
            body.put("model", model);
            body.put("messages", List.of(Map.of("role", "user", "content", question)));
            body.putAll(more);
            return JSON.writeValueAsString(body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(baseUrl + path))
                .timeout(Duration.ofMinutes(2))
                .header("Authorization", "Bearer " + key)
                .header("Content-Type", "application/json");
    }

    /** The answer's body as the client got it. */
    HttpResponse<String> post(String question, Map<String, Object> more) throws IOException, InterruptedException {
        return http.send(
                request("/chat/completions")
                        .POST(HttpRequest.BodyPublishers.ofString(body(question, more)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    String ask(String question, Map<String, Object> more) throws IOException, InterruptedException {
        HttpResponse<String> response = post(question, more);
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return JSON.readTree(response.body()).at("/choices/0/message/content").asText();
    }

    Streamed stream(String question, Map<String, Object> more) throws IOException, InterruptedException {
        return read(open(question, more).body());
    }

    CompletableFuture<Streamed> streamAsync(String question, Map<String, Object> more) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return stream(question, more);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Starts a stream; the head has arrived, the events are read by the caller. */
    HttpResponse<InputStream> open(String question, Map<String, Object> more) throws IOException, InterruptedException {
        Map<String, Object> streamed = new java.util.LinkedHashMap<>(more);
        streamed.put("stream", true);
        HttpResponse<InputStream> response = http.send(
                request("/chat/completions")
                        .POST(HttpRequest.BodyPublishers.ofString(body(question, streamed)))
                        .build(),
                HttpResponse.BodyHandlers.ofInputStream());
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " "
                    + new String(response.body().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return response;
    }

    static Streamed read(InputStream body) throws IOException {
        List<String> events = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        String finish = "";
        try (Stream<String> lines = new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).lines()) {
            lines.filter(line -> line.startsWith("data: "))
                    .map(line -> line.substring(6))
                    .forEach(events::add);
        }
        for (String event : events) {
            if (event.startsWith("{")) {
                JsonNode chunk = JSON.readTree(event);
                text.append(chunk.at("/choices/0/delta/content").asText(""));
                String reason = chunk.at("/choices/0/finish_reason").asText("null");
                finish = reason.equals("null") ? finish : reason;
            }
        }
        return new Streamed(text.toString(), finish, events);
    }
}
