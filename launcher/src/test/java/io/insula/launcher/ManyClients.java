package io.insula.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * Clients that stream from one server at once, each with a question of its own.
 *
 * @param maxTokens of each answer
 */
record ManyClients(ChatClient client, int clients, int maxTokens) {

    /**
     * What came of it.
     *
     * @param texts in the clients' order
     * @param tokens of all answers
     */
    record Answers(List<String> texts, int tokens, Duration took) {}

    /** Asks, and checks that every stream is whole: text, a reason to end, a count that fits, the last line. */
    Answers ask() {
        long began = System.nanoTime();
        List<CompletableFuture<ChatClient.Streamed>> asked;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            asked = IntStream.range(0, clients)
                    .mapToObj(number -> CompletableFuture.supplyAsync(() -> stream(number), threads))
                    .toList();
        }
        List<ChatClient.Streamed> streams =
                asked.stream().map(CompletableFuture::join).toList();
        Duration took = Duration.ofNanos(System.nanoTime() - began);
        return new Answers(
                streams.stream().map(ChatClient.Streamed::text).toList(),
                streams.stream().mapToInt(this::checked).sum(),
                took);
    }

    /** One client alone. */
    ChatClient.Streamed stream(int number) {
        Map<String, Object> settings = new HashMap<>(Map.of("max_tokens", maxTokens, "seed", number));
        settings.put("temperature", number % 2 == 0 ? 0 : 0.8);
        settings.put("stream_options", Map.of("include_usage", true));
        try {
            return client.stream("Tell me about the number " + number + " and its friends.", settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private int checked(ChatClient.Streamed stream) {
        assertThat(stream.text()).isNotBlank();
        assertThat(stream.finishReason()).isIn("stop", "length");
        assertThat(stream.events()).last().isEqualTo("[DONE]");
        try {
            int tokens = ChatClient.JSON
                    .readTree(stream.events().get(stream.events().size() - 2))
                    .at("/usage/completion_tokens")
                    .asInt();
            assertThat(tokens).isBetween(1, maxTokens);
            assertThat(stream.finishReason().equals("length")).isEqualTo(tokens == maxTokens);
            return tokens;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
